using Padam.MLNet.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Backbones;

/// <summary>
/// Where a block's two branches meet: the input itself, or a 1x1 convolution of it (normalised, but for the report's wide network) where
/// the shape changes.
/// </summary>
internal sealed class Shortcut : nn.Module<Tensor, Tensor>, IFoldable, IExportable
{
    private readonly Convolution convolution;
    private readonly BatchNorm? norm;

    public Shortcut(long inChannels, long outChannels, int stride, BackboneSettings settings, bool plain)
        : base(nameof(Shortcut))
    {
        register_module("0", convolution = Convolution.ForBackbone(inChannels, outChannels, kernel: 1, stride, bias: plain));
        if (!plain)
            register_module("1", norm = settings.BatchNorm(outChannels));
    }

    public IEnumerable<(Convolution, BatchNorm)> Pairs => norm is null ? [] : [(convolution, norm)];

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return (norm?.After(convolution, input) ?? convolution.forward(input)).MoveToOuterDisposeScope();
    }

    public GraphValue Export(IGraphBuilder graph, GraphValue input) =>
        norm?.ExportAfter(convolution, graph, input) ?? graph.Module(convolution, input);
}

/// <summary>
/// A post-activation residual block (He et al., 2016): a chain of convolutions, each normalised, ReLU between them; then the shortcut is
/// added, and ReLU. Layers are <c>conv1, bn1, conv2, bn2, ...</c>; the shortcut is named by the network.
/// </summary>
internal sealed class ResidualBlock : nn.Module<Tensor, Tensor>, IFoldable, IExportable
{
    private readonly List<(Convolution Convolution, BatchNorm Norm)> chain = [];
    private readonly Shortcut? shortcut;

    private ResidualBlock(IEnumerable<Convolution> convolutions, Shortcut? shortcut, string shortcutName, BackboneSettings settings)
        : base(nameof(ResidualBlock))
    {
        foreach (Convolution convolution in convolutions)
        {
            chain.Add((convolution, settings.BatchNorm(convolution.Weight.shape[0])));
            register_module($"conv{chain.Count}", convolution);
            register_module($"bn{chain.Count}", chain[^1].Norm);
        }

        this.shortcut = shortcut;
        if (shortcut is not null)
            register_module(shortcutName, shortcut);
    }

    /// <summary>Two 3x3 convolutions.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="channels">Channels of the output.</param>
    /// <param name="stride">Stride of the first convolution.</param>
    /// <param name="shortcutName">Name of the shortcut's layers.</param>
    /// <param name="settings">Constants of the batch normalisation.</param>
    /// <param name="report">The report's wide network: biases everywhere, and a shortcut without batch normalisation.</param>
    public static ResidualBlock Basic(
        long inChannels,
        long channels,
        int stride,
        string shortcutName,
        BackboneSettings settings,
        bool report = false
    ) =>
        new(
            [
                Convolution.ForBackbone(inChannels, channels, kernel: 3, stride, bias: report),
                Convolution.ForBackbone(channels, channels, kernel: 3, bias: report),
            ],
            stride == 1 && inChannels == channels ? null : new Shortcut(inChannels, channels, stride, settings, plain: report),
            shortcutName,
            settings
        );

    /// <summary>1x1, 3x3 and 1x1 convolutions; the last one widens by <see cref="Expansion"/>.</summary>
    public static ResidualBlock Bottleneck(long inChannels, long channels, int stride, string shortcutName, BackboneSettings settings) =>
        new(
            [
                Convolution.ForBackbone(inChannels, channels, kernel: 1),
                Convolution.ForBackbone(channels, channels, kernel: 3, stride),
                Convolution.ForBackbone(channels, channels * Expansion, kernel: 1),
            ],
            stride == 1 && inChannels == channels * Expansion
                ? null
                : new Shortcut(inChannels, channels * Expansion, stride, settings, plain: false),
            shortcutName,
            settings
        );

    public const int Expansion = 4;

    public IEnumerable<(Convolution Convolution, BatchNorm Norm)> Pairs => chain;

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor residual = shortcut?.forward(input) ?? input,
            output = input;
        foreach ((Convolution convolution, BatchNorm norm) in chain.SkipLast(1))
            output = norm.After(convolution, output, activation: Activation.Relu);
        (Convolution lastConvolution, BatchNorm lastNorm) = chain[^1];
        return lastNorm.After(lastConvolution, output, residual, activation: Activation.Relu).MoveToOuterDisposeScope();
    }

    public GraphValue Export(IGraphBuilder graph, GraphValue input)
    {
        GraphValue residual = shortcut is null ? input : graph.Module(shortcut, input),
            output = input;
        foreach ((Convolution convolution, BatchNorm norm) in chain.SkipLast(1))
            output = norm.ExportAfter(convolution, graph, output, activation: Activation.Relu);
        (Convolution lastConvolution, BatchNorm lastNorm) = chain[^1];
        return lastNorm.ExportAfter(lastConvolution, graph, output, residual, Activation.Relu);
    }
}
