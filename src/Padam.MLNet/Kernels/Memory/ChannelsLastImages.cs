using static TorchSharp.torch;

namespace Padam.MLNet.Kernels;

/// <summary>A batch of images in memory, [batch, height, width, channels], without gaps.</summary>
internal readonly unsafe struct ChannelsLastImages
{
    private readonly float* _data;

    /// <param name="tensor">[N, C, H, W] in channels-last layout; it must outlive the view.</param>
    public ChannelsLastImages(Tensor tensor)
    {
        long[] shape = tensor.shape;
        _data = TensorMemory.Floats(tensor);
        (Batch, Channels, Height, Width) = ((int)shape[0], (int)shape[1], (int)shape[2], (int)shape[3]);
    }

    public int Batch { get; }

    public int Height { get; }

    public int Width { get; }

    public int Channels { get; }

    /// <summary>The first number of a row of pixels of an image.</summary>
    public float* Row(int image, int row) => _data + ((nint)image * Height + row) * Width * Channels;

    /// <summary>
    /// The addresses of a channel in a square of pixels, row by row; pixels beyond the image are given the address
    /// <paramref name="outside"/>.
    /// </summary>
    public void Locate(int image, int top, int left, int size, int channel, float** pixels, float* outside)
    {
        for (int y = top; y < top + size; y++)
        {
            float* row = Row(image, y) + channel;
            bool inside = (uint)y < (uint)Height;
            for (int x = left; x < left + size; x++)
                *pixels++ = inside && (uint)x < (uint)Width ? row + (nint)x * Channels : outside;
        }
    }
}
