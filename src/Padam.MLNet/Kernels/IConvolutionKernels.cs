using Padam.MLNet.Layers;
using static TorchSharp.torch;

namespace Padam.MLNet.Kernels;

/// <summary>
/// A way to compute convolutions on channels-last float32 tensors of the CPU, with the gradients: x [N, C, H, W], weight [K, C, R, R], bias
/// [K] or null, y [N, K, H', W'].
/// </summary>
internal interface IConvolutionKernels
{
    /// <summary>The output, in channels-last layout; <paramref name="activation"/> is applied last.</summary>
    static abstract Tensor Forward(Tensor x, Tensor weight, Tensor? bias, int stride, int padding, Activation activation);

    /// <summary>The gradient of the input, from that of the output.</summary>
    static abstract Tensor InputGradient(Tensor x, Tensor dy, Tensor weight, int stride, int padding);

    /// <summary>The gradient of the weights, in their layout, from the input and the gradient of the output.</summary>
    static abstract Tensor WeightGradient(Tensor x, Tensor dy, Tensor weight, int stride, int padding);
}
