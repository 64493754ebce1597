namespace Padam.MLNet.Models;

/// <summary>Adaptive average pooling of one side, as torch has it, written as a matrix.</summary>
internal static class AdaptiveMean
{
    /// <summary>[to, from]: row i is the mean of the places floor(i from / to) to ceil((i + 1) from / to).</summary>
    internal static float[] Matrix(long from, long to)
    {
        float[] matrix = new float[to * from];
        for (long i = 0; i < to; i++)
        {
            long first = i * from / to,
                end = (((i + 1) * from) + to - 1) / to;
            matrix.AsSpan((int)((i * from) + first), (int)(end - first)).Fill(1f / (end - first));
        }

        return matrix;
    }

    internal static float[] Transposed(float[] matrix, long columns)
    {
        long rows = matrix.Length / columns;
        float[] transposed = new float[matrix.Length];
        for (long i = 0; i < matrix.Length; i++)
            transposed[((i % columns) * rows) + (i / columns)] = matrix[i];
        return transposed;
    }
}
