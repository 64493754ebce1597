namespace Padam.MLNet.Scoring;

/// <summary>What probabilities say.</summary>
internal static class Prediction
{
    /// <summary>
    /// The key of the most probable class, of equal ones the first; 0, ML.NET's missing key, where a pixel was no number.
    /// </summary>
    internal static uint MostProbable(ReadOnlySpan<float> probabilities)
    {
        int best = 0;
        for (int c = 1; c < probabilities.Length; c++)
        {
            if (probabilities[c] > probabilities[best])
                best = c;
        }

        return float.IsNaN(probabilities[best]) ? 0 : (uint)best + 1;
    }
}
