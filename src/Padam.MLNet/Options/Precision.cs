#pragma warning disable CA1720 // The names of the formats.
namespace Padam.MLNet;

/// <summary>
/// What a training multiplies in. Weights, what the optimizer gets and does, normalisation and the loss are float32 with all of them, and
/// so are the weights that are saved. Scoring and the validation pass of each epoch are float32, and so are layers that are frozen; on a
/// GPU as libtorch's own switches for TF32 have it.
/// </summary>
public enum Precision
{
    /// <summary>
    /// 32-bit floats. (On a GPU libtorch's own switches, which are left as they are, may let convolutions take TF32 all the same.)
    /// </summary>
    Float32,

    /// <summary>
    /// On a GPU of NVIDIA's from Ampere on: products of floats with 10 bits after the point, by libtorch's switches <c>allow_tf32</c> for
    /// matrix products and convolutions, which are as they were when a step is over. Refused on the CPU.
    /// </summary>
    TF32,

    /// <summary>
    /// The convolutions and dense layers of <c>Padam.MLNet.Layers</c>, of which the built-in networks are made, take inputs and weights
    /// rounded to bfloat16 (7 bits after the point), and their gradients are rounded too (Kalamkar et al., arXiv 1905.12322). A registered
    /// network with weights in other modules is refused. It is for processors that multiply bfloat16 fast: on others numbers
    /// rounded so are multiplied by the kernels of float32, with the same result but for rounding, and the log warns.
    /// </summary>
    BFloat16,
}
