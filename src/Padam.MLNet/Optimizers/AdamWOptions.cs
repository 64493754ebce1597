using Padam.MLNet.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch.optim;

namespace Padam.MLNet.Optimizers;

/// <summary>
/// AdamW (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", arXiv 1711.05101, algorithm 2) as torch.optim.AdamW computes it.
/// The defaults are those of the reproducibility report's code (arXiv 1901.09517).
/// </summary>
/// <remarks>
/// The report's decay of 0.025 was meant for TensorFlow's AdamW, which shrinks the parameters by the factor 1 - 0.025 at every step,
/// whatever the learning rate. Here, as in torch, it is 1 - learning rate * 0.025; TensorFlow's at a constant rate is had by <c>WeightDecay
/// = 0.025 / LearningRate</c>.
/// </remarks>
public sealed record AdamWOptions : AdaptiveOptions
{
    /// <summary>Makes the settings of the report's code.</summary>
    public AdamWOptions() => Beta2 = 0.99;

    /// <inheritdoc/>
    public override string Name => "adamw";

    /// <inheritdoc/>
    /// <remarks>The default value is 0.001.</remarks>
    public override double LearningRate { get; init; } = 0.001;

    /// <summary>
    /// The parameter shrinks by the factor <c>1 - learning rate * WeightDecay</c> ahead of the step. Finite, at least 0. The default value
    /// is 0.025.
    /// </summary>
    public override double WeightDecay { get; init; } = 0.025;

    /// <inheritdoc/>
    public override Optimizer Create(IEnumerable<(string name, Parameter parameter)> parameters) =>
        new AdamWOptimizer(this, Groups(this, parameters));
}

internal sealed class AdamWOptimizer(AdamWOptions options, IEnumerable<ParamGroup> groups)
    : ElementwiseOptimizer<AdamWOptions>(options, groups)
{
    private protected override ParameterState CreateState(AdamWOptions settings, Parameter parameter) =>
        new(parameter, momentum: true, secondMoment: 0, maximum: false);

    private protected override void Update(AdamWOptions settings, double learningRate, long t, IReadOnlyList<Operands> operands) =>
        ElementwiseUpdate.Apply(
            new AdamRule(settings, uncorrectedEpsilon: false, learningRate, t) { Shrink = 1 - learningRate * settings.WeightDecay },
            operands
        );
}
