using System.Globalization;
using System.Text.Json.Serialization;
using Padam.MLNet;
using Padam.MLNet.Optimizers;
using Padam.MLNet.Schedules;

namespace Padam.Reproduce.Runs;

/// <summary>What a run does beyond its recipe; nothing, unless it is told. docs/training.md says what each is.</summary>
internal sealed record Tricks
{
    public const string MultiStep = "multistep",
        Cosine = "cosine",
        OneCycle = "one-cycle",
        Balanced = "balanced";

    public static readonly IReadOnlyDictionary<string, TestTimeAugmentation> Views = new Dictionary<string, TestTimeAugmentation>
    {
        ["none"] = TestTimeAugmentation.None,
        ["mirror"] = TestTimeAugmentation.Mirror,
        ["shift"] = TestTimeAugmentation.MirrorAndShift,
    };

    public static readonly IReadOnlyDictionary<string, Precision> Precisions = new Dictionary<string, Precision>
    {
        ["float32"] = MLNet.Precision.Float32,
        ["tf32"] = MLNet.Precision.TF32,
        ["bfloat16"] = MLNet.Precision.BFloat16,
    };

    /// <summary>cosine or one-cycle; null for the recipe's milestones.</summary>
    public string? Schedule { get; init; }

    /// <summary>Epochs in which the rate rises to its first value, 0 for none; null for what the recipe or way has.</summary>
    public double? Warmup { get; init; }

    /// <summary>After how many epochs without a better test loss the rate falls to a tenth.</summary>
    public int? Plateau { get; init; }

    /// <summary>Whether biases and normalisation are left out of the weight decay.</summary>
    public bool NoDecayOnNorm { get; init; }

    /// <summary>What the rate is multiplied by from layer to layer, from the last to the first.</summary>
    public double? LayerDecay { get; init; }

    /// <summary>The decay of an exponential moving average of the weights, which is the model.</summary>
    public double? Ema { get; init; }

    /// <summary>The steps between two meetings of Lookahead's slow weights, which are the model, and the fast ones.</summary>
    public int? Lookahead { get; init; }

    /// <summary>balanced, or what the images of each class count for, in the order of the classes, with spaces between them.</summary>
    public string? ClassWeights { get; init; }

    /// <summary>Batches whose gradients are added up for one step; null for one.</summary>
    public int? Accumulate { get; init; }

    /// <summary>The part of the target that is spread over all classes.</summary>
    public double? LabelSmoothing { get; init; }

    /// <summary>The largest norm of all gradients together.</summary>
    public double? ClipNorm { get; init; }

    /// <summary>none, mirror or shift: how the last test pass and the model score; null for the recipe's.</summary>
    public string? Tta { get; init; }

    /// <summary>How training images are varied, as <see cref="AugmentList"/> reads it; null for the recipe's.</summary>
    public string? Augment { get; init; }

    /// <summary>tf32 or bfloat16: what the network multiplies in while it trains; null for float32.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Precision { get; init; }

    /// <summary>The rate over the training; <paramref name="milestones"/> where it is not another schedule's.</summary>
    public Schedule Rate(Schedule milestones)
    {
        Schedule schedule = Schedule switch
        {
            Cosine => MLNet.Schedules.Schedule.Cosine(unit: ScheduleUnit.Step),
            OneCycle => MLNet.Schedules.Schedule.OneCycle(),
            _ => milestones,
        };
        return Warmup is > 0 and var epochs ? schedule.WithWarmup(epochs) : schedule;
    }

    /// <summary>Sets what is used of them.</summary>
    public void Apply(ImageClassificationOptions options)
    {
        if (Augment is { } list)
            options.Augmentation = AugmentList.Parse(list);
        if (NoDecayOnNorm)
            Add(ParameterRule.NoDecayOnBiasesAndNormalization);
        if (LayerDecay is { } factor)
            Add(ParameterRule.LayerDecay(factor));
        if (Plateau is { } patience)
            options.ReduceOnPlateau = new ReduceOnPlateau(Patience: patience);
        if (Ema is { } decay)
            options.Averaging = new WeightAverage(decay);
        if (Lookahead is { } every)
            options.Averaging = new Lookahead(every);
        options.Loss = options.Loss with
        {
            LabelSmoothing = LabelSmoothing ?? options.LabelSmoothing,
            ClassWeights = ClassWeights switch
            {
                null => null,
                Balanced => MLNet.ClassWeights.Balanced,
                var numbers => MLNet.ClassWeights.Of(
                    numbers.Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture))
                ),
            },
        };
        options.Compute = options.Compute with
        {
            AccumulateBatches = Accumulate ?? 1,
            Precision = Precision is null ? MLNet.Precision.Float32 : Precisions[Precision],
        };
        if (Tta is { } views)
            options.Inference = options.Inference with { TestTimeAugmentation = Views[views] };
        options.GradientClipNorm = ClipNorm;

        void Add(ParameterRule rule) => options.Optimizer = options.Optimizer with { Rules = [.. options.Optimizer.Rules, rule] };
    }
}
