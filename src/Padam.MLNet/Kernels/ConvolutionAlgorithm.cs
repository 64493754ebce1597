namespace Padam.MLNet;

/// <summary>How 3x3 convolutions with stride 1 are computed on the CPU. Both ways give the same result but for rounding.</summary>
public enum ConvolutionAlgorithm
{
    /// <summary>The quicker of the two for the shape at hand, by a fixed rule: the same shape is always computed in the same way. The default.</summary>
    Auto,

    /// <summary>libtorch's direct convolution everywhere.</summary>
    Direct,

    /// <summary>Winograd's algorithm F(4x4, 3x3) (Lavin and Gray 2015, arXiv 1509.09308) wherever it can be used, direct convolution elsewhere.</summary>
    Winograd,
}
