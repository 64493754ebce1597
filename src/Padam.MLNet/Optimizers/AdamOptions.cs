using System.Text;
using Padam.MLNet.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch.optim;

namespace Padam.MLNet.Optimizers;

/// <summary>
/// Adam (Kingma and Ba, arXiv 1412.6980, algorithm 1) as torch.optim.Adam computes it. The defaults are the settings of the reproducibility
/// report (arXiv 1901.09517, table 1).
/// </summary>
public record AdamOptions : AdaptiveOptions
{
    /// <summary>Makes the settings of the report.</summary>
    public AdamOptions() => Beta2 = 0.99;

    /// <inheritdoc/>
    public override string Name => "adam";

    /// <inheritdoc/>
    /// <remarks>The default value is 0.001.</remarks>
    public override double LearningRate { get; init; } = 0.001;

    /// <summary>Factor of the L2 decay, which is added to the gradient. Finite, at least 0. The default value is 1e-4.</summary>
    public override double WeightDecay { get; init; } = 1e-4;

    /// <summary>
    /// False: epsilon is added to the bias-corrected root, as in the Adam paper's algorithm 1 and torch. True: to the uncorrected root,
    /// TensorFlow's and the paper's "epsilon hat". The default value is false.
    /// </summary>
    public bool UncorrectedEpsilon { get; init; }

    /// <summary>
    /// Whether the denominator is the largest second moment so far, as torch.optim.Adam's <c>amsgrad</c> (<see cref="AmsGradOptions"/> by
    /// another name). The default value is false.
    /// </summary>
    public bool AmsGrad { get; init; }

    /// <inheritdoc/>
    public override Optimizer Create(IEnumerable<(string name, Parameter parameter)> parameters) =>
        new AdamOptimizer<AdamOptions>(this, Groups(this, parameters));

    /// <summary>
    /// Writes the settings; <see cref="AmsGrad"/> only where it is set, as checkpoints compare texts of before there was one.
    /// </summary>
    protected override bool PrintMembers(StringBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        base.PrintMembers(builder);
        builder.Append(", UncorrectedEpsilon = ").Append(UncorrectedEpsilon);
        if (AmsGrad && this is not AmsGradOptions)
            builder.Append(", AmsGrad = True");
        return true;
    }
}

/// <summary>Adam and AMSGrad, by their settings.</summary>
internal sealed class AdamOptimizer<TOptions>(TOptions options, IEnumerable<ParamGroup> groups)
    : ElementwiseOptimizer<TOptions>(options, groups)
    where TOptions : AdamOptions
{
    private protected override ParameterState CreateState(TOptions settings, Parameter parameter) =>
        new(parameter, momentum: true, secondMoment: 0, maximum: settings.AmsGrad);

    private protected override void Update(TOptions settings, double learningRate, long t, IReadOnlyList<Operands> operands)
    {
        var rule = new AdamRule(settings, settings.UncorrectedEpsilon, learningRate, t)
        {
            L2 = settings.WeightDecay,
            AmsGrad = settings.AmsGrad,
        };
        ElementwiseUpdate.Apply(rule, operands);
    }
}
