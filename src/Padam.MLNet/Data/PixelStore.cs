using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Padam.MLNet.Data;

/// <summary>
/// Images of one size as they were given (bytes or singles, CHW): in memory while the limit lasts, in blocks of a few MiB so that no set is
/// too large for one array;
/// beyond it in a temporary file, each decoded once and read again when it is needed.
/// </summary>
internal sealed class PixelStore<T>(ImageShape shape, ImageMemory memory) : IDisposable
    where T : unmanaged
{
    private const int BlockValues = 1 << 22;

    [ThreadStatic]
    private static T[]? t_image;

    private readonly int _imagesPerBlock = Math.Max(1, BlockValues / shape.Values);
    private readonly List<T[]> _blocks = [];
    private SafeFileHandle? _file;
    private int _inMemory = int.MaxValue;

    internal int Count { get; private set; }

    /// <summary>Images that did not fit into memory.</summary>
    internal int InFile => Math.Max(0, Count - _inMemory);

    private long ImageBytes => (long)shape.Values * Marshal.SizeOf<T>();

    /// <summary>An image. The span of one in the file is valid until the thread's next such call.</summary>
    internal ReadOnlySpan<T> this[int image]
    {
        get
        {
            if (image < _inMemory)
                return Slot(image);
            Span<T> pixels = Scratch();
            Span<byte> bytes = MemoryMarshal.AsBytes(pixels);
            for (int done = 0, read; done < bytes.Length; done += read)
            {
                read = RandomAccess.Read(_file!, bytes[done..], ((image - _inMemory) * ImageBytes) + done);
                if (read == 0)
                    throw new EndOfStreamException("The temporary file of images was cut off by another program; train again.");
            }

            return pixels;
        }
    }

    /// <summary>Adds the image that <paramref name="read"/> yields; none where it throws.</summary>
    internal void Add(ReadPixels<T> read)
    {
        if (_file is null && Count == _blocks.Count * _imagesPerBlock)
        {
            if (memory.Take(_imagesPerBlock * ImageBytes))
                _blocks.Add(new T[_imagesPerBlock * shape.Values]);
            else
                (_file, _inMemory) = (TemporaryFile(), Count);
        }

        if (_file is null)
        {
            read(Slot(Count));
        }
        else
        {
            Span<T> pixels = Scratch();
            read(pixels);
            RandomAccess.Write(_file, MemoryMarshal.AsBytes(pixels), (Count - _inMemory) * ImageBytes);
        }

        Count++;
    }

    public void Dispose() => _file?.Dispose();

    private static SafeFileHandle TemporaryFile()
    {
        string path = Path.Combine(Path.GetTempPath(), $"padam-{Guid.NewGuid():N}.pixels");
        SafeFileHandle file = File.OpenHandle(
            path,
            FileMode.CreateNew,
            FileAccess.ReadWrite,
            FileShare.Delete,
            FileOptions.RandomAccess | FileOptions.DeleteOnClose
        );
        // Where names and files are two things, the name goes at once: nothing stays behind, however the process ends.
        if (!OperatingSystem.IsWindows())
            File.Delete(path);
        return file;
    }

    private Span<T> Slot(int image) => _blocks[image / _imagesPerBlock].AsSpan(image % _imagesPerBlock * shape.Values, shape.Values);

    private Span<T> Scratch()
    {
        if (t_image is null || t_image.Length < shape.Values)
            t_image = new T[shape.Values];
        return t_image.AsSpan(0, shape.Values);
    }
}
