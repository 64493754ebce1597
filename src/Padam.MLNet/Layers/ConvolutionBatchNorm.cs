using Padam.MLNet.Kernels;
using static TorchSharp.torch;

namespace Padam.MLNet.Layers;

/// <summary>
/// Convolution, batch normalisation, residual and activation as one: activation(batch_norm(convolution(input)) + residual). Its parts are
/// <c>0</c> and <c>1</c>, as in torchvision's Conv2dNormActivation; the convolution has no bias, which the normalisation would take away.
/// </summary>
public sealed class ConvolutionBatchNorm : nn.Module<Tensor, Tensor>, IFoldable, IExportable
{
    private readonly Convolution _convolution;
    private readonly BatchNorm _norm;
    private readonly Activation _activation;

    /// <summary>Makes the layers with fresh weights from torch's global generator.</summary>
    /// <param name="inChannels">Channels of the input, at least 1.</param>
    /// <param name="outChannels">Channels of the output, at least 1.</param>
    /// <param name="kernelSize">Rows and columns of the kernel, at least 1.</param>
    /// <param name="stride">Pixels from output to output, at least 1.</param>
    /// <param name="padding">Rows and columns of zeros around each image. The default value is null: half the kernel.</param>
    /// <param name="activation">Applied last. The default value is <see cref="Activation.Relu"/>.</param>
    /// <param name="epsilon">See <see cref="BatchNorm"/>.</param>
    /// <param name="momentum">See <see cref="BatchNorm"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public ConvolutionBatchNorm(
        long inChannels,
        long outChannels,
        int kernelSize,
        int stride = 1,
        int? padding = null,
        Activation activation = Activation.Relu,
        double epsilon = 1e-5,
        double momentum = 0.1
    )
        : base(nameof(ConvolutionBatchNorm))
    {
        activation.Require(nameof(activation));
        _activation = activation;
        _convolution = new Convolution(inChannels, outChannels, kernelSize, stride, padding ?? kernelSize / 2, bias: false);
        register_module("0", _convolution);
        register_module("1", _norm = new BatchNorm(outChannels, epsilon, momentum));
    }

    /// <inheritdoc/>
    public IEnumerable<(Convolution Convolution, BatchNorm Norm)> Pairs => [(_convolution, _norm)];

    GraphValue IExportable.Export(IGraphBuilder graph, GraphValue input) =>
        _norm.ExportAfter(_convolution, graph, input, activation: _activation);

    /// <summary>The output [N, out, H', W'] of images [N, in, H, W].</summary>
    public override Tensor forward(Tensor input) => forward(input, residual: null);

    /// <summary>The output with <paramref name="residual"/>, of the output's shape, added before the activation.</summary>
    public Tensor forward(Tensor input, Tensor? residual) => _norm.After(_convolution, input, residual, _activation);
}
