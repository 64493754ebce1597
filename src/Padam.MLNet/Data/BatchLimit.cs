namespace Padam.MLNet.Data;

/// <summary>How many rows a training takes at once: it sees a batch's memory as one span of bytes, which reaches over 2 GiB.</summary>
internal static class BatchLimit
{
    /// <summary>The most rows of so many singles each.</summary>
    internal static int Of(long numbers) => (int)(int.MaxValue / (sizeof(float) * Math.Max(1, numbers)));

    /// <param name="rows">Rows of a training's batches.</param>
    /// <param name="numbers">Singles of a row.</param>
    /// <param name="what">What a row is, in the plural.</param>
    /// <exception cref="ArgumentException">So many are beyond it.</exception>
    internal static void Require(int rows, long numbers, string what)
    {
        int most = Of(numbers);
        if (rows > most)
            throw new ArgumentException(
                $"A batch of {rows} {what} is beyond 2 GiB. "
                    + (
                        most > 0
                            ? $"Set BatchSize to {most} or less; Compute.AccumulateBatches makes one step of several batches."
                            : "Take smaller images (ImageSize, Transforms.ResizeImages)."
                    )
            );
    }
}
