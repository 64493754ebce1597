using Padam.MLNet.Backbones;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests;

/// <summary>
/// A network of a user's that leaves all to torch's defaults: the type and device of its weights and of what it makes in a forward pass,
/// and its random numbers, of which it draws some in training and some in scoring.
/// </summary>
internal sealed class NoisyNetwork : nn.Module<Tensor, Tensor>
{
    private readonly AvgPool2d pool = nn.AvgPool2d(8);
    private readonly Dropout dropout = nn.Dropout(0.25);
    private readonly Linear linear;

    private NoisyNetwork(int classes)
        : base(nameof(NoisyNetwork))
    {
        linear = nn.Linear(48, classes);
        RegisterComponents();
    }

    /// <summary>Makes it the backbone "noisy".</summary>
    internal static void Register() => Backbone.Register("noisy", classes => new NoisyNetwork(classes));

    public override Tensor forward(Tensor images)
    {
        Tensor flat = dropout.forward(pool.forward(images).flatten(1));
        return linear.forward(flat * ones(flat.shape) + zeros(flat.shape) + (training ? 0.01 * randn(flat.shape) : 0 * flat));
    }
}
