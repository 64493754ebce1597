using Padam.MLNet.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch.optim;

namespace Padam.MLNet.Optimizers;

/// <summary>
/// AdamW (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", arXiv 1711.05101, algorithm 2) as torch.optim.AdamW computes it.
/// The defaults are those of the
/// reproducibility report's code (arXiv 1901.09517).
/// </summary>
/// <remarks>
/// The report's decay of 0.025 was meant for TensorFlow's AdamW, which shrinks the parameters by the factor 1 - 0.025 at every step,
/// whatever the learning rate. Here, as in
/// torch, it is 1 - learning rate * 0.025; TensorFlow's at a constant rate is had by <c>WeightDecay = 0.025 / LearningRate</c>.
/// </remarks>
public sealed record AdamWOptions : OptimizerOptionsBase
{
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

    /// <summary>Decay of the first moment, in [0, 1). The default value is 0.9.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the second moment, in [0, 1). The default value is 0.99.</summary>
    public double Beta2 { get; init; } = 0.99;

    /// <summary>Added to the bias-corrected root of the second moment. Finite, at least 0. The default value is 1e-8.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <inheritdoc/>
    public override Optimizer Create(IEnumerable<(string name, Parameter parameter)> parameters) =>
        new AdamWOptimizer(this, OneGroup(parameters));

    /// <inheritdoc/>
    public override IEnumerable<string> Validate() => [.. base.Validate(), .. MomentFaults(Beta1, Beta2, Epsilon)];
}

internal sealed class AdamWOptimizer(AdamWOptions options, IEnumerable<ParamGroup> groups)
    : ElementwiseOptimizer<AdamWOptions>(options, groups)
{
    private protected override ParameterState CreateState(AdamWOptions settings, Parameter parameter) =>
        new(parameter, momentum: true, secondMoment: 0, maximum: false);

    private protected override void Update(AdamWOptions settings, double learningRate, long t, IReadOnlyList<Operands> operands) =>
        ElementwiseUpdate.Apply(
            new AdamRule(settings.Beta1, settings.Beta2, settings.Epsilon, false, learningRate, t)
            {
                Shrink = 1 - learningRate * settings.WeightDecay,
            },
            operands
        );
}
