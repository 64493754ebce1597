using Padam.MLNet.Backbones;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests;

/// <summary>
/// A network that a loop in a test trains as easily: means over 4x4 pixels and a linear layer, without batch normalisation, which sees
/// batches one by one.
/// </summary>
internal static class PooledLinear
{
    internal static readonly Normalization Scale = new([0.4f, 0.5f, 0.3f], [0.2f, 0.3f, 0.25f]);

    internal static Backbone Backbone { get; } = Register();

    /// <summary>Images of <see cref="TinyImages"/> as the network gets them, [N, 3, 32, 32].</summary>
    internal static Tensor Normalized(IEnumerable<WeightedRow> rows)
    {
        Tensor images = tensor(rows.SelectMany(row => row.Features).Select(value => value / 255f).ToArray()).reshape(-1, 3, 32, 32);
        return (images - tensor(Scale.Mean.ToArray()).view(1, 3, 1, 1)) / tensor(Scale.StandardDeviation.ToArray()).view(1, 3, 1, 1);
    }

    private static Backbone Register()
    {
        Backbone.Register(
            "pooled linear",
            classes => nn.Sequential(("pool", nn.AvgPool2d(4)), ("flat", nn.Flatten()), ("linear", nn.Linear(3 * 64, classes)))
        );
        return Backbone.Parse("pooled linear");
    }
}
