using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Padam.MLNet.Data;

/// <summary>Images of one size in a temporary file that no name leads to: written one after the other, read through memory maps.</summary>
/// <param name="imageLength">Values an image.</param>
/// <param name="imagesPerMap">Images a memory map, of which one is made whenever the last is full.</param>
internal sealed class PixelFile<T>(int imageLength, int imagesPerMap) : IDisposable
    where T : unmanaged
{
    private readonly SafeFileHandle _file = Create();
    private readonly List<(MemoryMappedFile Map, MemoryMappedViewAccessor View)> _maps = [];
    private readonly long _imageBytes = (long)imageLength * Marshal.SizeOf<T>();

    internal int Count { get; private set; }

    /// <exception cref="IOException">The disk is full.</exception>
    internal void Add(ReadOnlySpan<T> image)
    {
        try
        {
            if (Count == _maps.Count * imagesPerMap)
                AddMap();
            // Not through the map: where the disk is full, a write says so, and a store into a map ends the process.
            RandomAccess.Write(_file, MemoryMarshal.AsBytes(image), Count * _imageBytes);
        }
        catch (IOException fault)
        {
            throw new IOException(
                $"The images that are beyond ImageMemoryLimit cannot be kept in '{Path.GetTempPath()}': {fault.Message} "
                    + "Raise ImageMemoryLimit, or let the environment name a roomier folder for temporary files.",
                fault
            );
        }

        Count++;
    }

    /// <summary>Copies an image.</summary>
    internal void Read(int image, Span<T> pixels)
    {
        (int map, int within) = Math.DivRem(image, imagesPerMap);
        MemoryMappedViewAccessor view = _maps[map].View;
        view.SafeMemoryMappedViewHandle.ReadSpan((ulong)(view.PointerOffset + (within * _imageBytes)), pixels);
    }

    public void Dispose()
    {
        foreach ((MemoryMappedFile map, MemoryMappedViewAccessor view) in _maps)
        {
            view.Dispose();
            map.Dispose();
        }

        _file.Dispose();
    }

    private static SafeFileHandle Create()
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

    private void AddMap()
    {
        long start = _maps.Count * imagesPerMap * _imageBytes,
            length = imagesPerMap * _imageBytes;
        RandomAccess.SetLength(_file, start + length);
        var map = MemoryMappedFile.CreateFromFile(_file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        _maps.Add((map, map.CreateViewAccessor(start, length, MemoryMappedFileAccess.Read)));
    }
}
