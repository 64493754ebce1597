namespace Padam.MLNet.Data;

/// <summary>Images of one size, in memory as they were given (bytes or singles, CHW), in blocks of a few MiB so that no set is too large for one array.</summary>
internal sealed class PixelStore<T>(ImageShape shape) where T : unmanaged
{
    private const int BlockValues = 1 << 22;
    private readonly int _imagesPerBlock = Math.Max(1, BlockValues / shape.Values);
    private readonly List<T[]> _blocks = [];

    internal int Count { get; private set; }

    internal ReadOnlySpan<T> this[int image] => Slot(image);

    /// <summary>Room for one more image, to be filled by the caller.</summary>
    internal Span<T> Add()
    {
        if (Count == _blocks.Count * _imagesPerBlock) _blocks.Add(new T[_imagesPerBlock * shape.Values]);
        return Slot(Count++);
    }

    /// <summary>Takes the last image back.</summary>
    internal void RemoveLast() => Count--;

    private Span<T> Slot(int image) => _blocks[image / _imagesPerBlock].AsSpan(image % _imagesPerBlock * shape.Values, shape.Values);
}
