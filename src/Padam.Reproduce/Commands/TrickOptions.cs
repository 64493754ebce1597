using System.CommandLine;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Commands;

/// <summary>The options of <c>run</c> that go beyond a recipe.</summary>
internal static class TrickOptions
{
    private static readonly Option<string?> Schedule = new Option<string?>("--schedule")
    {
        Description = "How the rate moves: multistep (the recipe's), cosine or one-cycle, over the whole training.",
    }.AcceptOnlyFromAmong(Tricks.MultiStep, Tricks.Cosine, Tricks.OneCycle);
    public static readonly Option<IReadOnlyList<int>?> RateFalls = new("--milestones")
    {
        Description = "Epochs after which the rate falls to a tenth, such as 50,75, or none; else the recipe's, which move with --epochs.",
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = result =>
        {
            try
            {
                return Milestones.Parse(result.Tokens[0].Value);
            }
            catch (FormatException fault)
            {
                result.AddError(fault.Message);
                return null;
            }
        },
    };
    private static readonly Option<double?> Warmup = Options.OptionalNumber(
        "--warmup",
        "Epochs in which the rate rises from a tenth to its first value; 0 for none."
    );
    private static readonly Option<int?> Plateau = Options.CountOrFlag(
        "--plateau",
        "Lower the rate to a tenth after so many epochs (5) without a better test loss.",
        whereNotSaid: 5
    );

    public static readonly Option<bool> NoDecayOnNorm = new("--no-decay-on-norm")
    {
        Description = "Leave biases and normalisation out of the optimizer's weight decay.",
    };
    private static readonly Option<double?> LayerDecay = Options.OptionalNumber(
        "--layer-decay",
        "What the rate is multiplied by from layer to layer, from the last to the first, such as 0.75.",
        low: 0.01,
        high: 1
    );

    private static readonly Option<double?> Ema = Options.OptionalNumber(
        "--ema",
        "Test and keep an exponential moving average of the weights, of this decay a step, such as 0.999.",
        low: 0.01,
        high: 0.999999
    );
    private static readonly Option<int?> Lookahead = Options.CountOrFlag(
        "--lookahead",
        "Lookahead: every so many steps (5) slow weights go half of the way; they are tested and kept.",
        whereNotSaid: 5
    );

    private static readonly Option<string?> ClassWeights = new("--class-weights")
    {
        Description = "none, balanced (the rarer a class, the more its images count), or a file with a weight a line, class by class.",
        CustomParser = result => ClassWeightsFile.Parse(result.Tokens[0].Value, result.AddError),
    };
    private static readonly Option<int?> Accumulate = Options.OptionalCount(
        "--accumulate",
        "Batches whose gradients are added up for one step: a larger batch in the memory of one."
    );
    private static readonly Option<string?> Precision = new Option<string?>("--precision")
    {
        Description =
            "What the network multiplies in while it trains: float32, tf32 (NVIDIA's GPUs from Ampere on) or bfloat16 (slow on processors "
            + "without instructions for it). Weights and scoring are float32.",
    }.AcceptOnlyFromAmong([.. Tricks.Precisions.Keys]);
    private static readonly Option<double?> LabelSmoothing = Options.OptionalNumber(
        "--label-smoothing",
        "The part of the target that is spread over all classes, such as 0.1.",
        high: 0.999
    );
    private static readonly Option<double?> ClipNorm = Options.OptionalNumber(
        "--clip-norm",
        "The largest norm of all gradients together; longer ones are scaled down.",
        low: 1e-9
    );

    private static readonly Option<string?> Augment = Options.Augment(
        "How training images are varied, in place of the recipe's crop and flip"
    );
    private static readonly Option<string?> Tta = new Option<string?>("--tta")
    {
        Description = "Score each image as it is (none), with its mirror image (mirror), or moved by a pixel too (shift).",
    }.AcceptOnlyFromAmong([.. Tricks.Views.Keys]);

    public static IReadOnlyList<Option> All { get; } =
    [
        Augment,
        Tta,
        Schedule,
        RateFalls,
        Warmup,
        Plateau,
        NoDecayOnNorm,
        LayerDecay,
        Ema,
        Lookahead,
        ClassWeights,
        Accumulate,
        Precision,
        LabelSmoothing,
        ClipNorm,
    ];

    /// <summary>Those that say how a training goes on to its end, and what is kept and scored of it.</summary>
    public static IReadOnlyList<Option> OfWholeTraining { get; } = [Schedule, RateFalls, Warmup, Plateau, Ema, Lookahead, Tta];

    /// <summary>What is set of them.</summary>
    public static Tricks Of(ParseResult parsed) =>
        new()
        {
            Schedule = parsed.GetValue(Schedule) is { } schedule and not Tricks.MultiStep ? schedule : null,
            Warmup = parsed.GetValue(Warmup),
            Plateau = parsed.GetValue(Plateau),
            NoDecayOnNorm = parsed.GetValue(NoDecayOnNorm),
            LayerDecay = parsed.GetValue(LayerDecay),
            Ema = parsed.GetValue(Ema),
            Lookahead = parsed.GetValue(Lookahead),
            ClassWeights = parsed.GetValue(ClassWeights),
            Accumulate = parsed.GetValue(Accumulate) is > 1 and var batches ? batches : null,
            Precision = parsed.GetValue(Precision) is { } precision && Tricks.Precisions[precision] != default ? precision : null,
            LabelSmoothing = parsed.GetValue(LabelSmoothing),
            ClipNorm = parsed.GetValue(ClipNorm),
            Tta = parsed.GetValue(Tta),
            Augment = parsed.GetValue(Augment),
        };

    /// <summary>What of them does not go together, with one another or with the run, a sentence each.</summary>
    public static IEnumerable<string> Faults(AskedRun asked) =>
        [.. FaultsOfRate(asked), .. FaultsOfImages(asked), .. FaultsOfWeights(asked)];

    private static IEnumerable<string> FaultsOfRate(AskedRun asked)
    {
        string? schedule = asked.Value(Schedule);
        string? without =
            asked.Way is not null ? "--fine-tune"
            : asked.IsAirbench ? "--recipe airbench"
            : null;
        if (schedule is Tricks.MultiStep && without is not null)
            yield return $"{without} has no milestones: use --schedule cosine or one-cycle.";
        without ??= schedule is not (null or Tricks.MultiStep) ? $"--schedule {schedule}" : null;
        if (asked.Has(RateFalls) && without is not null)
            yield return $"{without} has no milestones: leave --milestones out.";
        if (asked.Value(Warmup) is > 0 and var warmup && warmup >= asked.Epochs)
            yield return FormattableString.Invariant($"--warmup {warmup} is not shorter than the training's {asked.Epochs} epochs.");
        if (asked.Has(LayerDecay) && asked.Way is "all")
            yield return "--fine-tune all has a rate of its own for each layer: leave --layer-decay out.";
        if (asked.Has(LayerDecay) && asked.Way is "last-layer")
            yield return "--fine-tune last-layer trains one layer, with one rate: leave --layer-decay out.";
    }

    private static IEnumerable<string> FaultsOfImages(AskedRun asked)
    {
        if (asked.Value(Augment) is not { } list)
            yield break;
        string[] together = [.. AugmentList.FaultsTogether(list)];
        foreach (string fault in together)
            yield return fault;
        if (together.Length > 0)
            yield break;
        var augmentation = AugmentList.Parse(list);
        if (asked.BatchSize == 1 && augmentation.Mixing is not null)
            yield return "--augment mixup and cutmix need a --batch-size of 2 or more: each image is mixed with another of its batch.";
        foreach (string fault in augmentation.Validate(asked.ImageSize))
            yield return ConsoleWords.Of($"Augmentation.{fault}");
    }

    private static IEnumerable<string> FaultsOfWeights(AskedRun asked)
    {
        if (asked.Has(Ema) && asked.Has(Lookahead))
            yield return "--ema and --lookahead exclude each other: the model is one average or the other.";
        if (
            asked.Value(ClassWeights) is { } weights and not Tricks.Balanced
            && weights.Split(' ').Length is var given
            && asked.Source.Classes is { } classes
            && given != classes
        )
            yield return $"--class-weights has {given} weights, and --dataset {asked.Source.DataSet} {classes} classes.";
        if (asked.Value(Precision) is "tf32" && asked.Value(RunOptions.DeviceName) == "cpu")
            yield return "--precision tf32 is for GPUs alone: use --device cuda, or --precision float32.";
    }
}
