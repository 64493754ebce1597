using System.Runtime.InteropServices;

namespace Padam.MLNet.Data;

/// <summary>
/// Images of one size as they were given (bytes or singles, CHW), or what layers made of them: in memory while the limit lasts, in blocks
/// of a few MiB so that no set is too large for one array; beyond it in a temporary file, each decoded once and read again when it is
/// needed.
/// </summary>
internal sealed class PixelStore<T>(int imageLength, ImageMemory memory) : IPixels<T>, IDisposable
    where T : unmanaged
{
    private const int BlockValues = 1 << 22;

    [ThreadStatic]
    private static T[]? t_image;

    private readonly int _imagesPerBlock = Math.Max(1, BlockValues / imageLength);
    private readonly List<T[]> _blocks = [];
    private PixelFile<T>? _file;
    private int _inMemory;

    internal int Count => _inMemory + InFile;

    public int InFile => _file?.Count ?? 0;

    public ReadOnlySpan<T> this[int image]
    {
        get
        {
            if (image < _inMemory)
                return Slot(image);
            Span<T> pixels = Scratch();
            _file!.Read(image - _inMemory, pixels);
            return pixels;
        }
    }

    /// <summary>Adds the image that <paramref name="read"/> yields; none where it throws.</summary>
    internal void Add(ReadPixels<T> read)
    {
        if (HasRoomInMemory())
        {
            read(Slot(_inMemory));
            _inMemory++;
            return;
        }

        _file ??= new PixelFile<T>(imageLength, _imagesPerBlock);
        Span<T> pixels = Scratch();
        read(pixels);
        _file.Add(pixels);
    }

    public void Dispose() => _file?.Dispose();

    private bool HasRoomInMemory()
    {
        if (_file is not null)
            return false;
        if (_inMemory < _blocks.Count * _imagesPerBlock)
            return true;
        int length = _imagesPerBlock * imageLength;
        if (!memory.Take((long)length * Marshal.SizeOf<T>()))
            return false;
        _blocks.Add(new T[length]);
        return true;
    }

    private Span<T> Slot(int image) => _blocks[image / _imagesPerBlock].AsSpan(image % _imagesPerBlock * imageLength, imageLength);

    private Span<T> Scratch()
    {
        if (t_image is null || t_image.Length < imageLength)
            t_image = new T[imageLength];
        return t_image.AsSpan(0, imageLength);
    }
}
