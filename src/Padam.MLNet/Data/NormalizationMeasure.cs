namespace Padam.MLNet.Data;

/// <summary>Measures mean and deviation of each channel over a training set.</summary>
internal static class NormalizationMeasure
{
    internal static Normalization Of(LabeledImages images, IReadOnlyList<int> rows, double pixelScale)
    {
        float[] mean = new float[ImageShape.Channels],
            deviation = new float[ImageShape.Channels];
        for (int c = 0; c < ImageShape.Channels; c++)
        {
            double sum = 0,
                squares = 0;
            foreach (int row in rows)
            {
                (double rowSum, double rowSquares) = images.Moments(row, c, pixelScale);
                (sum, squares) = (sum + rowSum, squares + rowSquares);
            }

            double values = (double)rows.Count * images.Shape.Pixels,
                average = sum / values;
            double variance = Math.Max(0, (squares / values) - (average * average));
            // A channel of one value carries nothing; 1 keeps it at zero instead of dividing by none.
            (mean[c], deviation[c]) = ((float)average, variance > 1e-12 ? (float)Math.Sqrt(variance) : 1f);
        }

        return new(mean, deviation);
    }
}
