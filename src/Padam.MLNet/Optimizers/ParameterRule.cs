using TorchSharp.Modules;

namespace Padam.MLNet.Optimizers;

/// <summary>
/// Gives some parameters a rate and a weight decay of their own: <see cref="OptimizerOptionsBase.Rules"/>. Where several rules take hold of
/// a parameter their factors multiply. Rules are values, and <c>ToString</c> says what they do.
/// </summary>
public abstract record ParameterRule
{
    private protected ParameterRule() { }

    /// <summary>
    /// No weight decay on biases and on what normalisation scales by: on all parameters of one dimension, as timm and torchvision's
    /// reference trainings have it.
    /// </summary>
    public static ParameterRule NoDecayOnBiasesAndNormalization { get; } = new NoDecayRule();

    /// <summary>For the parameters whose name fits a pattern.</summary>
    /// <param name="pattern">
    /// The name as <c>named_parameters()</c> has it, such as <c>layer1.0.conv1.weight</c>, in full; <c>*</c> stands for any characters:
    /// <c>layer1.*</c>, <c>*.bias</c>.
    /// </param>
    /// <param name="rate">What the learning rate is multiplied by, finite, at least 0. The default value is 1.</param>
    /// <param name="decay">What the weight decay is multiplied by, finite, at least 0. The default value is 1.</param>
    /// <param name="epochs">After how many epochs they stay as they are, at least 1. The default value is null: never.</param>
    /// <exception cref="ArgumentException">The pattern is empty, or a number out of range.</exception>
    public static ParameterRule For(string pattern, double rate = 1, double decay = 1, int? epochs = null) =>
        new PatternRule(pattern, new ParameterFactors(rate, decay, epochs));

    /// <summary>
    /// Rates that fall towards the first layer, for fine-tuning (as Clark et al., arXiv 2003.10555, do): the last layer has the whole
    /// rate, the one before it <paramref name="factor"/> of it, the next its square. A layer is what has a kernel, with its biases and the
    /// normalisation after it; the layers of a residual block count as one.
    /// </summary>
    /// <param name="factor">From layer to layer, above 0 and at most 1, such as 0.75.</param>
    /// <exception cref="ArgumentException">The factor is out of range.</exception>
    public static ParameterRule LayerDecay(double factor) => new LayerDecayRule(factor);

    /// <summary>The factors of each parameter; null where the rule does not take hold of it.</summary>
    internal abstract IReadOnlyList<ParameterFactors?> Of(IReadOnlyList<(string Name, Parameter Parameter)> parameters);

    private protected static void Require(bool holds, string fault)
    {
        if (!holds)
            throw new ArgumentException(fault);
    }
}

/// <summary>
/// What a parameter's learning rate and weight decay are multiplied by, and for how many epochs it is trained: null for all.
/// </summary>
internal readonly record struct ParameterFactors(double Rate, double Decay, int? Epochs = null)
{
    internal static readonly ParameterFactors None = new(1, 1);

    public static ParameterFactors operator *(ParameterFactors a, ParameterFactors b) =>
        new(a.Rate * b.Rate, a.Decay * b.Decay, a.Epochs < b.Epochs ? a.Epochs : b.Epochs ?? a.Epochs);
}
