using Padam.MLNet.Kernels;
using TorchSharp.Modules;

namespace Padam.MLNet.Optimizers;

/// <summary>
/// Padam (see <see cref="PadamOptions"/> for the formula's source) as a TorchSharp optimizer, for a training loop of one's own.
/// </summary>
public sealed class PadamOptimizer : ElementwiseOptimizer<PadamOptions>
{
    /// <summary>Trains named parameters in one group.</summary>
    /// <inheritdoc
    /// cref="PadamOptimizer(IEnumerable{ParamGroup}, double, double, double, double, double, double, bool, bool, EpsilonPlacement)"/>
    public PadamOptimizer(
        IEnumerable<(string name, Parameter parameter)> parameters,
        double lr = 0.1,
        double beta1 = 0.9,
        double beta2 = 0.999,
        double eps = 1e-8,
        double weight_decay = 0,
        double partial = 0.125,
        bool amsgrad = true,
        bool decoupled = false,
        EpsilonPlacement epsilon = EpsilonPlacement.InsideRoot
    )
        : this(parameters.Select(p => p.parameter), lr, beta1, beta2, eps, weight_decay, partial, amsgrad, decoupled, epsilon) { }

    /// <summary>Trains parameters in one group.</summary>
    /// <inheritdoc
    /// cref="PadamOptimizer(IEnumerable{ParamGroup}, double, double, double, double, double, double, bool, bool, EpsilonPlacement)"/>
    public PadamOptimizer(
        IEnumerable<Parameter> parameters,
        double lr = 0.1,
        double beta1 = 0.9,
        double beta2 = 0.999,
        double eps = 1e-8,
        double weight_decay = 0,
        double partial = 0.125,
        bool amsgrad = true,
        bool decoupled = false,
        EpsilonPlacement epsilon = EpsilonPlacement.InsideRoot
    )
        : this([new ParamGroup { Parameters = parameters }], lr, beta1, beta2, eps, weight_decay, partial, amsgrad, decoupled, epsilon) { }

    /// <summary>Trains groups of parameters; what a group's options don't say is as the arguments say.</summary>
    /// <param name="parameters">
    /// What to train. Groups may have <see cref="GroupOptions{TOptions}"/> of <see cref="PadamOptions"/>, or a learning rate only.
    /// </param>
    /// <param name="lr">Learning rate.</param>
    /// <param name="beta1">Decay of the first moment, in [0, 1).</param>
    /// <param name="beta2">Decay of the second moment, in [0, 1).</param>
    /// <param name="eps">Keeps the denominator off zero.</param>
    /// <param name="weight_decay">Weight decay factor.</param>
    /// <param name="partial">The paper's p, in [0, 1/2].</param>
    /// <param name="amsgrad">Whether the denominator is the largest second moment so far.</param>
    /// <param name="decoupled">
    /// Whether decay shrinks the parameter itself, by <c>lr * weight_decay</c>, instead of adding to its gradient.
    /// </param>
    /// <param name="epsilon">Where <paramref name="eps"/> stands.</param>
    /// <exception cref="ArgumentException">
    /// Some arguments are out of range (the message names them all), or a parameter comes twice.
    /// </exception>
    public PadamOptimizer(
        IEnumerable<ParamGroup> parameters,
        double lr = 0.1,
        double beta1 = 0.9,
        double beta2 = 0.999,
        double eps = 1e-8,
        double weight_decay = 0,
        double partial = 0.125,
        bool amsgrad = true,
        bool decoupled = false,
        EpsilonPlacement epsilon = EpsilonPlacement.InsideRoot
    )
        : this(
            new PadamOptions
            {
                LearningRate = lr,
                Beta1 = beta1,
                Beta2 = beta2,
                Epsilon = eps,
                WeightDecay = weight_decay,
                Partial = partial,
                AmsGrad = amsgrad,
                DecoupledWeightDecay = decoupled,
                EpsilonPlacement = epsilon,
            },
            parameters
        ) { }

    internal PadamOptimizer(PadamOptions options, IEnumerable<ParamGroup> groups)
        : base(options, groups) { }

    /// <summary>The p in force, in [0, 1/2]. Reads the first group's, sets all groups'; a p schedule sets it before each step.</summary>
    /// <exception cref="ArgumentException">The value is out of range.</exception>
    /// <exception cref="InvalidOperationException">There is no group to read it of.</exception>
    public double Partial
    {
        get => Groups.First().Settings.Partial;
        set
        {
            foreach (GroupOptions<PadamOptions> group in Groups)
            {
                PadamOptions settings = group.Settings with { Partial = value };
                settings.ThrowIfInvalid();
                group.Settings = settings;
            }
        }
    }

    private IEnumerable<GroupOptions<PadamOptions>> Groups => _parameter_groups.Select(g => (GroupOptions<PadamOptions>)g.Options);

    private protected override ParameterState CreateState(PadamOptions settings, Parameter parameter) =>
        new(parameter, momentum: true, secondMoment: 0, maximum: settings.AmsGrad);

    private protected override void Update(PadamOptions settings, double learningRate, long t, IReadOnlyList<Operands> operands) =>
        ElementwiseUpdate.Apply(new PadamRule(settings, learningRate, t), operands);
}
