using Padam.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Layers;

/// <summary>
/// A layer's product in bfloat16: inputs, weights and output are rounded to it, and so are, on their way back, the gradients of all three.
/// Sums are float32.
/// </summary>
internal static class BFloat16Product
{
    /// <summary>The output, in float32.</summary>
    /// <param name="input">Float32.</param>
    /// <param name="weight">Float32.</param>
    /// <param name="bias">Float32, or null.</param>
    /// <param name="product">The layer's product of input, weight and bias, in the type that these are given in.</param>
    public static Tensor Of(Tensor input, Tensor weight, Tensor? bias, Func<Tensor, Tensor, Tensor?, Tensor> product) =>
        Of(input, weight, bias, product, isNative: input.device_type != DeviceType.CPU || !FastBFloat16.IsMissing);

    /// <summary>The same, in bfloat16 itself or, as a product of two bfloat16 is a float32, by the kernels of that.</summary>
    public static Tensor Of(Tensor input, Tensor weight, Tensor? bias, Func<Tensor, Tensor, Tensor?, Tensor> product, bool isNative)
    {
        Func<Tensor, Tensor> rounded = isNative ? AsBFloat16 : AsFloat32;
        return product(rounded(input), rounded(weight), bias is null ? null : rounded(bias)).to(ScalarType.BFloat16).to(ScalarType.Float32);
    }

    private static Tensor AsBFloat16(Tensor tensor) => tensor.to(ScalarType.BFloat16);

    private static Tensor AsFloat32(Tensor tensor) => tensor.to(ScalarType.BFloat16).to(ScalarType.Float32);
}
