using Padam.MLNet.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch.optim;

namespace Padam.MLNet.Optimizers;

/// <summary>
/// Adam (Kingma and Ba, arXiv 1412.6980, algorithm 1) as torch.optim.Adam computes it. The defaults are the settings of the reproducibility
/// report (arXiv 1901.09517,
/// table 1).
/// </summary>
public sealed record AdamOptions : OptimizerOptionsBase
{
    /// <inheritdoc/>
    public override string Name => "adam";

    /// <inheritdoc/>
    /// <remarks>The default value is 0.001.</remarks>
    public override double LearningRate { get; init; } = 0.001;

    /// <summary>Factor of the L2 decay, which is added to the gradient. Finite, at least 0. The default value is 1e-4.</summary>
    public override double WeightDecay { get; init; } = 1e-4;

    /// <summary>Decay of the first moment, in [0, 1). The default value is 0.9.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the second moment, in [0, 1). The default value is 0.99.</summary>
    public double Beta2 { get; init; } = 0.99;

    /// <summary>
    /// Keeps the denominator off zero; <see cref="UncorrectedEpsilon"/> says where it is added. Finite, at least 0. The default value is
    /// 1e-8.
    /// </summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>
    /// False: epsilon is added to the bias-corrected root, as in the Adam paper's algorithm 1 and torch. True: to the uncorrected root,
    /// TensorFlow's and the paper's
    /// "epsilon hat". The default value is false.
    /// </summary>
    public bool UncorrectedEpsilon { get; init; }

    /// <inheritdoc/>
    public override Optimizer Create(IEnumerable<(string name, Parameter parameter)> parameters) =>
        new AdamOptimizer(this, OneGroup(parameters));

    /// <inheritdoc/>
    public override IEnumerable<string> Validate() => [.. base.Validate(), .. MomentFaults(Beta1, Beta2, Epsilon)];
}

internal sealed class AdamOptimizer(AdamOptions options, IEnumerable<ParamGroup> groups)
    : ElementwiseOptimizer<AdamOptions>(options, groups)
{
    private protected override ParameterState CreateState(AdamOptions settings, Parameter parameter) =>
        new(parameter, momentum: true, secondMoment: 0, maximum: false);

    private protected override void Update(AdamOptions settings, double learningRate, long t, IReadOnlyList<Operands> operands) =>
        ElementwiseUpdate.Apply(
            new AdamRule(settings.Beta1, settings.Beta2, settings.Epsilon, settings.UncorrectedEpsilon, learningRate, t)
            {
                L2 = settings.WeightDecay,
            },
            operands
        );
}
