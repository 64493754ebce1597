// The name under which users know it, beside the layers that take it.
namespace Padam.MLNet.Layers;

/// <summary>What a layer applies to its output, element by element.</summary>
public enum Activation
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>max(x, 0) (Nair and Hinton, 2010).</summary>
    Relu,

    /// <summary>x Φ(x), with the normal distribution's Φ (Hendrycks and Gimpel, arXiv 1606.08415), within 1.5e-7 of Φ.</summary>
    Gelu,

    /// <summary>x / (1 + e^-x), also known as swish (Elfwing et al., arXiv 1702.03118).</summary>
    Silu,
}
