namespace Padam.MLNet.Kernels;

/// <summary>A batch of images in memory, [batch, height, width, channels], without gaps.</summary>
internal readonly unsafe struct ChannelsLast(float* data, int batch, int height, int width, int channels)
{
    public float* Data { get; } = data;

    public int Batch { get; } = batch;

    public int Height { get; } = height;

    public int Width { get; } = width;

    public int Channels { get; } = channels;

    /// <summary>
    /// The addresses of a square of pixels, row by row; pixels beyond the image are given the address <paramref name="outside"/>.
    /// </summary>
    public void Locate(int image, int top, int left, int size, float** pixels, float* outside)
    {
        for (int y = top; y < top + size; y++)
        {
            float* row = Data + ((nint)image * Height + y) * Width * Channels;
            bool inside = (uint)y < (uint)Height;
            for (int x = left; x < left + size; x++)
                *pixels++ = inside && (uint)x < (uint)Width ? row + (nint)x * Channels : outside;
        }
    }
}

/// <summary>The 3x3 filters of a convolution in memory, with any strides.</summary>
internal readonly unsafe record struct FilterBank(
    nint Data,
    int Outputs,
    int Inputs,
    nint OutputStride,
    nint InputStride,
    nint RowStride,
    nint ColumnStride
)
{
    /// <summary>The element at row 0, column 0.</summary>
    public float* At(int output, int input) => (float*)Data + output * OutputStride + input * InputStride;

    /// <summary>
    /// The filters that take the gradient of the outputs to that of the inputs: turned by 180 degrees, outputs and inputs swapped.
    /// </summary>
    public FilterBank Transposed() =>
        new(Data + 2 * (RowStride + ColumnStride) * sizeof(float), Inputs, Outputs, InputStride, OutputStride, -RowStride, -ColumnStride);
}

/// <summary>The squares into which the maps of a batch are cut; those at the right and lower edge may reach beyond the map.</summary>
internal readonly struct TileGrid(int batch, int height, int width, int side)
{
    private readonly int _down = (height + side - 1) / side,
        _across = (width + side - 1) / side;

    /// <summary>How many squares there are in all.</summary>
    public int Count => batch * _down * _across;

    /// <summary>The image and the first pixel of a square.</summary>
    public (int Image, int Top, int Left) this[int tile]
    {
        get
        {
            (int row, int column) = Math.DivRem(tile, _across);
            (int image, int down) = Math.DivRem(row, _down);
            return (image, down * side, column * side);
        }
    }
}
