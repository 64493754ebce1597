using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet.Data;

namespace Padam.MLNet.Scoring;

/// <summary>The two output values of a row, as getters over where its probabilities are.</summary>
internal static class Prediction
{
    internal delegate ReadOnlySpan<float> Probabilities();

    internal static ValueGetter<TValue> Getter<TValue>(ScoreSchema schema, DataViewSchema.Column column, Probabilities probabilities)
    {
        Delegate getter =
            column.Index == schema.Score.Index
                ? (ValueGetter<VBuffer<float>>)(
                    (ref VBuffer<float> score) =>
                    {
                        ReadOnlySpan<float> source = probabilities();
                        var editor = VBufferEditor.Create(ref score, source.Length);
                        source.CopyTo(editor.Values);
                        score = editor.Commit();
                    }
                )
                : (ValueGetter<uint>)((ref uint key) => key = MostProbable(probabilities()));
        return getter as ValueGetter<TValue>
            ?? throw new InvalidOperationException($"Column '{column.Name}' is a {column.Type}, not a {TypeName.Of(typeof(TValue))}.");
    }

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
