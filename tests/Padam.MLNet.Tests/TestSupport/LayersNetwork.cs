using Padam.MLNet.Backbones;
using Padam.MLNet.Layers;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests;

/// <summary>A registered network of a few hundred weights, all of them in the library's layers.</summary>
internal static class LayersNetwork
{
    internal const string Name = "of layers";

    internal static void Register() =>
        Backbone.Register(
            Name,
            classes =>
                nn.Sequential(
                    ("pool1", nn.AvgPool2d(2)),
                    ("conv", new ConvolutionBatchNorm(3, 8, 3)),
                    ("pool2", nn.AdaptiveAvgPool2d([8, 1])),
                    ("flat", nn.Flatten()),
                    ("dense", new Dense(64, classes))
                )
        );
}
