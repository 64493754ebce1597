using Padam.MLNet.Optimizers;

namespace Padam.Reproduce.Runs;

/// <summary>An optimizer and what of it was asked for; what is null is the report's Table 1, as the library's defaults are.</summary>
internal sealed record OptimizerSettings(string Name)
{
    public static readonly IReadOnlyList<string> Names = ["padam", "adam", "amsgrad", "adamw", "sgd", "yogi", "adabound"];

    public double? LearningRate { get; init; }

    public double? WeightDecay { get; init; }

    public double? Partial { get; init; }

    public double? Beta1 { get; init; }

    public double? Beta2 { get; init; }

    public bool? DecoupledWeightDecay { get; init; }

    /// <summary>The library's options.</summary>
    /// <exception cref="ArgumentException">A value was given that this optimizer does not have, or that is out of its range.</exception>
    public OptimizerOptionsBase Options()
    {
        OptimizerOptionsBase table1 = OptimizerOptionsBase.Parse(Name);
        OptimizerOptionsBase options = table1 switch
        {
            PadamOptions o => o with
            {
                Beta1 = Beta1 ?? o.Beta1,
                Beta2 = Beta2 ?? o.Beta2,
                Partial = Partial ?? o.Partial,
                DecoupledWeightDecay = DecoupledWeightDecay ?? false,
            },
            AdamOptions o => o with { Beta1 = Beta1 ?? o.Beta1, Beta2 = Beta2 ?? o.Beta2 },
            AdamWOptions o => o with { Beta1 = Beta1 ?? o.Beta1, Beta2 = Beta2 ?? o.Beta2 },
            YogiOptions o => o with { Beta1 = Beta1 ?? o.Beta1, Beta2 = Beta2 ?? o.Beta2 },
            AdaBoundOptions o => o with { Beta1 = Beta1 ?? o.Beta1, Beta2 = Beta2 ?? o.Beta2 },
            _ => table1,
        };
        options = options with { LearningRate = LearningRate ?? options.LearningRate, WeightDecay = WeightDecay ?? options.WeightDecay };
        string faults = string.Join(" ", Strangers(options).Concat(options.Validate()));
        return faults.Length == 0 ? options : throw new ArgumentException($"The settings of {Name} cannot be used. {faults}");
    }

    /// <summary>The same optimizer with every value in place, so that a default and the same value given are one setting.</summary>
    public OptimizerSettings Resolved()
    {
        OptimizerOptionsBase options = Options();
        (double? partial, double? beta1, double? beta2) = options switch
        {
            PadamOptions o => (o.Partial, o.Beta1, o.Beta2),
            AdamOptions o => (null, o.Beta1, o.Beta2),
            AdamWOptions o => (null, o.Beta1, o.Beta2),
            YogiOptions o => (null, o.Beta1, o.Beta2),
            AdaBoundOptions o => (null, o.Beta1, o.Beta2),
            _ => ((double?)null, (double?)null, (double?)null),
        };
        return new OptimizerSettings(options.Name)
        {
            LearningRate = options.LearningRate,
            WeightDecay = options.WeightDecay,
            Partial = partial,
            Beta1 = beta1,
            Beta2 = beta2,
            DecoupledWeightDecay = options is PadamOptions { DecoupledWeightDecay: true } ? true : null,
        };
    }

    private IEnumerable<string> Strangers(OptimizerOptionsBase options)
    {
        if (Partial is not null && options is not PadamOptions)
            yield return "Only padam has a partial.";
        if (DecoupledWeightDecay is not null && options is not PadamOptions)
            yield return "Only padam has a choice of decoupled weight decay.";
        if ((Beta1 ?? Beta2) is not null && options is SgdOptions)
            yield return "sgd has no beta1 and no beta2.";
    }
}
