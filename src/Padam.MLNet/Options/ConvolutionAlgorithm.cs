namespace Padam.MLNet;

/// <summary>
/// How the built-in networks compute their convolutions on the CPU, in float32. The results differ by rounding. Where
/// <see cref="Compute.Precision"/> is bfloat16 and the processor has that of its own, they are libtorch's.
/// </summary>
public enum ConvolutionAlgorithm
{
    /// <summary>
    /// By a fixed rule on the shape: Winograd where it was measured to be quicker; matrix products of laid out pixels (im2col) for 1x1
    /// kernels, for 3x3 with stride 2, and for few channels, as those of images, into a multiple of 8.
    /// </summary>
    Auto,

    /// <summary>libtorch's convolution everywhere.</summary>
    Direct,

    /// <summary>
    /// Winograd's minimal filtering wherever its kernels can (Lavin and Gray, arXiv 1509.09308): 3x3, stride 1, 32-bit floats, channels a
    /// multiple of 8, a processor with vector registers. Other shapes as with <see cref="Auto"/>.
    /// </summary>
    Winograd,
}
