namespace Padam.MLNet.Kernels;

/// <summary>What one thread needs to transform tiles and filters, one after the other.</summary>
internal sealed unsafe class TileBuffers<T> : IDisposable
    where T : unmanaged, IRegister<T>
{
    /// <summary>The largest matrix that is transformed: 6x6.</summary>
    public const int MaximalElements = 36;

    /// <summary>The elements of a filter: 3x3.</summary>
    public const int TapCount = 9;

    private const int Panel = PanelProduct.Panel;

    private readonly Scratch _patch = Registers("Winograd: a tile"),
        _half = Registers("Winograd: a half transformed tile"),
        _taps = Scratch.Rent(TapCount * Panel, "Winograd: the filters of a panel"),
        _beyond = Scratch.Rent(Panel, "Winograd: outputs beyond the map"),
        _zeros;

    /// <param name="channels">The channels of the images that are read.</param>
    public TileBuffers(int channels)
    {
        _zeros = Scratch.Rent(channels, "Winograd: zeros around the map");
        new Span<float>(_zeros.Pointer, channels).Clear();
    }

    /// <summary>A tile of as many channels as a register holds.</summary>
    public T* Patch => (T*)_patch.Pointer;

    /// <summary>The same, after the first of two transforms.</summary>
    public T* Half => (T*)_half.Pointer;

    /// <summary>[9, 32]: one input's filters of a panel of outputs.</summary>
    public float* Taps => _taps.Pointer;

    /// <summary>[32]: where a panel of channels of a pixel beyond the map is written, which nobody reads.</summary>
    public float* Beyond => _beyond.Pointer;

    /// <summary>[channels]: a pixel beyond the map, to be read.</summary>
    public float* Zeros => _zeros.Pointer;

    public void Dispose()
    {
        foreach (Scratch part in (ReadOnlySpan<Scratch>)[_patch, _half, _taps, _beyond, _zeros])
            part.Dispose();
    }

    private static Scratch Registers(string owner) => Scratch.Rent(MaximalElements * T.Count, owner);
}
