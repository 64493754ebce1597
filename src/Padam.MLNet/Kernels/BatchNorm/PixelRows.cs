namespace Padam.MLNet.Kernels;

/// <summary>Channels-last maps of a batch as a matrix: a row for each pixel of each image, a column for each channel.</summary>
/// <remarks>
/// Threads take it in chunks whose size depends on the shape alone, so that sums come out the same whatever the number of threads.
/// </remarks>
internal readonly struct PixelRows(long count, int channels)
{
    /// <summary>
    /// 128 KB: a chunk and its companions stay in a core's L2 cache, and a float sum over it is still exact to six digits.
    /// </summary>
    private const int ChunkLength = 32 * 1024;

    private readonly int _rowsPerChunk = Math.Max(1, ChunkLength / channels);

    public long Count { get; } = count;

    public int Channels { get; } = channels;

    public int Chunks => checked((int)((Count + _rowsPerChunk - 1) / _rowsPerChunk));

    /// <summary>The first element of a chunk, and how many rows it has.</summary>
    public (nint Start, int Rows) Chunk(int index)
    {
        long first = (long)index * _rowsPerChunk;
        return ((nint)(first * Channels), (int)Math.Min(_rowsPerChunk, Count - first));
    }
}
