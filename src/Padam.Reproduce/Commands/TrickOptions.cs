using System.CommandLine;
using System.CommandLine.Parsing;
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
    private static readonly Option<IReadOnlyList<int>?> RateFalls = new("--milestones")
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

    private static readonly Option<bool> NoDecayOnNorm = new("--no-decay-on-norm")
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
        CustomParser = result => Weights(result),
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

    /// <exception cref="UsageException">They do not go together.</exception>
    /// <param name="parsed">The command line.</param>
    /// <param name="epochs">The training's length.</param>
    /// <param name="way">What --fine-tune names, or null.</param>
    /// <param name="airbench">Whether the recipe is airbench.</param>
    /// <param name="batchSize">Images a batch.</param>
    public static Tricks Of(ParseResult parsed, int epochs, string? way, bool airbench, int batchSize)
    {
        if (batchSize == 1 && parsed.GetValue(Augment) is { } list && AugmentList.Parse(list).Mixing is not null)
            throw new UsageException(
                "--augment mixup and cutmix need a --batch-size of 2 or more: each image is mixed with another of its batch."
            );
        if (parsed.GetValue(Schedule) is Tricks.MultiStep && (way is not null || airbench))
            throw new UsageException(
                $"{(airbench ? "--recipe airbench" : "--fine-tune")} has no milestones: use --schedule cosine or one-cycle."
            );
        if (way == "all" && parsed.GetValue(LayerDecay) is not null)
            throw new UsageException("--fine-tune all has a rate of its own for each layer: leave --layer-decay out.");
        if (parsed.GetValue(Warmup) is { } warmup && warmup >= epochs)
            throw new UsageException(FormattableString.Invariant($"--warmup {warmup} is not shorter than the training's {epochs} epochs."));
        if (parsed.GetValue(Ema) is not null && parsed.GetValue(Lookahead) is not null)
            throw new UsageException("--ema and --lookahead exclude each other: the model is one average or the other.");
        return new()
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
    }

    /// <exception cref="UsageException">The device has no such precision.</exception>
    public static void RequireDevice(ParseResult parsed, string device)
    {
        if (parsed.GetValue(Precision) is "tf32" && device == "cpu")
            throw new UsageException("--precision tf32 is for GPUs alone: use --device cuda, or --precision float32.");
    }

    /// <summary>The milestones that are given; null for the recipe's.</summary>
    /// <exception cref="UsageException">Another schedule has none.</exception>
    public static IReadOnlyList<int>? MilestonesOf(ParseResult parsed, string? way, bool airbench)
    {
        string? other =
            way is not null ? "--fine-tune"
            : airbench ? "--recipe airbench"
            : parsed.GetValue(Schedule) is { } schedule and not Tricks.MultiStep ? $"--schedule {schedule}"
            : null;
        return parsed.GetValue(RateFalls) is { } milestones && other is not null
            ? throw new UsageException($"{other} has no milestones: leave --milestones out.")
            : parsed.GetValue(RateFalls);
    }

    /// <returns>balanced, the numbers of a file with spaces between them, or null for none.</returns>
    private static string? Weights(ArgumentResult result)
    {
        string value = result.Tokens[0].Value;
        if (value is "none")
            return null;
        if (value is Tricks.Balanced)
            return value;
        if (!File.Exists(value))
        {
            result.AddError($"--class-weights '{value}' is not none, balanced or a file.");
            return null;
        }

        string[] lines = [.. File.ReadLines(value).Select(line => line.Trim()).Where(line => line.Length > 0)];
        List<double> weights = [];
        foreach ((int index, string line) in lines.Index())
        {
            if (Options.TryNumber(line, out double weight))
                weights.Add(weight);
            else
                result.AddError($"--class-weights '{value}', line {index + 1}: '{line}' is not a number.");
        }

        foreach (string fault in MLNet.ClassWeights.Of(weights).Validate())
            result.AddError($"--class-weights '{value}': {fault}");
        return MLNet.ClassWeights.Of(weights).ToString();
    }
}
