using Padam.MLNet.Layers;
using Padam.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Backbones;

/// <summary>Draws the first weights of convolutions and linear layers; batch normalisation starts at weight 1, bias 0.</summary>
internal static class Initializer
{
    /// <param name="network">The network, whose layers are drawn in their order.</param>
    /// <param name="initialization">The recipe's choice.</param>
    /// <param name="wide">Whether <see cref="Initialization.PyTorch"/> means the authors' wide network.</param>
    public static void Draw(nn.Module network, Initialization initialization, bool wide = false)
    {
        using IDisposable _ = no_grad();
        using var scope = NewDisposeScope();
        foreach (nn.Module layer in network.modules())
        {
            if (layer is Convolution convolution)
                DrawConvolution(convolution.Weight, convolution.Bias, initialization, wide);
            if (layer is Dense dense)
                DrawDense(dense.Weight, dense.Bias, initialization);
        }
    }

    private static void DrawConvolution(Tensor weight, Tensor? bias, Initialization initialization, bool wide)
    {
        (double fanIn, double fanOut) = Fans(weight);
        bias?.zero_();
        switch (initialization)
        {
            case Initialization.PyTorch when wide:
                weight.normal_(0, Math.Sqrt(2 / fanOut));
                break;
            case Initialization.PyTorch:
                Uniform(weight, 1 / Math.Sqrt(fanIn));
                if (bias is not null)
                    Uniform(bias, 1 / Math.Sqrt(fanIn));
                break;
            case Initialization.Glorot:
                Uniform(weight, Math.Sqrt(6 / (fanIn + fanOut)));
                break;
            case Initialization.VarianceScaling:
                TruncatedNormal(weight, Math.Sqrt(1 / fanIn));
                break;
            case Initialization.UnitNormal:
                weight.normal_(0, 1);
                break;
        }
    }

    private static void DrawDense(Tensor weight, Tensor? bias, Initialization initialization)
    {
        (double fanIn, double fanOut) = Fans(weight);
        if (initialization == Initialization.PyTorch)
        {
            Uniform(weight, 1 / Math.Sqrt(fanIn));
            if (bias is not null)
                Uniform(bias, 1 / Math.Sqrt(fanIn));
        }
        else
        {
            Uniform(weight, Math.Sqrt(6 / (fanIn + fanOut)));
            bias?.zero_();
        }
    }

    private static (double In, double Out) Fans(Tensor weight)
    {
        long area = weight.shape.Skip(2).Aggregate(1L, (product, side) => product * side);
        return (weight.shape[1] * area, weight.shape[0] * area);
    }

    private static void Uniform(Tensor tensor, double bound) => tensor.uniform_(-bound, bound);

    // A normal distribution cut off at two of its standard deviations has this standard deviation (TensorFlow's
    // variance_scaling_initializer).
    private const double CutOffDeviation = 0.87962566103423978;

    private static void TruncatedNormal(Tensor tensor, double deviation)
    {
        // By the inverse of the normal distribution: Φ(±2) = (1 ± erf(√2)) / 2, and erf(√2) = 0.9545.
        const double erfOfRoot2 = 0.95449973610364158;
        using Scalar scale = Scalars.Of(Math.Sqrt(2) * deviation / CutOffDeviation);
        tensor.uniform_(-erfOfRoot2, erfOfRoot2).erfinv_().mul_(scale);
    }
}
