using System.Text.RegularExpressions;

namespace Padam.Reproduce.Exits;

/// <summary>
/// The library's sentences in the console's words: it speaks of its options, and advises what only a program can do. Names of files and
/// columns, which stand in quotes, stay as they are.
/// </summary>
internal static partial class ConsoleWords
{
    /// <summary>Advice that nobody can follow from a command line, and what can be done instead.</summary>
    private static readonly (string Said, string Instead)[] Advice =
    [
        (", add a warm-up, or set GradientClipNorm.", ", or use --warmup or --clip-norm."),
        (", or set SkipBadImages.", "."),
        (", or set SkipBadImages to leave such rows out.", "."),
        (" Move them elsewhere, or name them in classes too.", " Move them elsewhere."),
        (" Set FallbackToCpu, or leave GpuDeviceId null.", " Use --device cpu."),
        (" Set Resume to go on from it, or remove it to start anew.", " Go on with --resume, or start over with --force."),
        (": only Schedule.Constant, MultiStep and StepDecay leave its beginning as it was.", ": only --schedule multistep can be longer."),
        (" SaveWeights(path, WeightsFormat.Safetensors) writes weights", " --format safetensors writes weights"),
        (" Use another CheckpointFolder.", " Choose another --out, or start over with --force."),
        (" Append Transforms.ResizeImages, or set ImageSize.", ""),
        (" Append Transforms.ResizeImages before the trainer, or set ImageSize.", ""),
        (" Resize with Transforms.ResizeImages before it.", ""),
        (" Take fewer rows (Data.TakeRows) or smaller images (ImageSize, Transforms.ResizeImages).", " Use --train-limit."),
        (" Set BatchSize to ", " Use a --batch-size of "),
        (" or less, or take smaller images (ImageSize).", " or less, or a smaller network."),
        ("; Compute.AccumulateBatches makes one step", "; --accumulate makes one step"),
        (" Take smaller images (ImageSize, Transforms.ResizeImages) or a smaller network.", " Take a smaller network."),
        (" Take smaller images (ImageSize, Transforms.ResizeImages).", " Take smaller images."),
        (" Take a smaller Every, or more epochs.", " Use a smaller --lookahead, or more --epochs."),
        ("Compute.Precision is BFloat16", "--precision is bfloat16"),
        ("Compute.Precision is TF32", "--precision is tf32"),
        ("Inference.TestTimeAugmentation is MirrorAndShift", "--tta is shift"),
        ("Inference.TestTimeAugmentation is Mirror", "--tta is mirror"),
        (
            "Averaging.Power is 3, and Lookahead's decay grows over the whole training: only 0 leaves its beginning as it was.",
            "The recipe's Lookahead grows over the whole training, so that fewer epochs begin otherwise."
        ),
        (" Use Precision.Float32, or set GpuDeviceId.", " Use --precision float32, or --device cuda."),
        (" Use Precision.Float32.", " Use --precision float32."),
        (", or use Precision.Float32.", ", or use --precision float32."),
        (" which takes longer than Float32.", " which takes longer than float32."),
        (" on the validation set,", " among the test images,"),
        ("Augmentation.CropPadding: a move", "--augment crop or reflect: a move"),
        ("Augmentation.Cutout: a square", "--augment cutout: a square"),
        (", or SynchronizedBatchNorm.", ", or --sync-batch-norm."),
        (" an image for each rank of Distributed.", " an image for each rank."),
        (" Raise ImageMemoryLimit, or let the environment name", " Let TMPDIR name"),
    ];

    /// <summary>The library's options by name; those that no option of the console sets are the recipe's.</summary>
    private static readonly Dictionary<string, string> Options = new()
    {
        ["Averaging"] = "--ema",
        ["Averaging.Decay"] = "--ema",
        ["Averaging.Every"] = "--lookahead",
        ["Backbone"] = "--backbone",
        ["BatchSize"] = "--batch-size",
        ["Beta1"] = "--beta1",
        ["Beta2"] = "--beta2",
        ["CheckpointEvery"] = "--checkpoint-every",
        ["CheckpointFolder"] = "--out",
        ["Compute.AccumulateBatches"] = "--accumulate",
        ["Compute.Precision"] = "--precision",
        ["Distributed"] = "--distributed",
        ["Epochs"] = "--epochs",
        ["GpuDeviceId"] = "--device",
        ["GradientClipNorm"] = "--clip-norm",
        ["Inference.TestTimeAugmentation"] = "--tta",
        ["InitialWeights"] = "--weights",
        ["LabelSmoothing"] = "--label-smoothing",
        ["LearningRate"] = "--lr",
        ["Loss.ClassWeights"] = "--class-weights",
        ["Loss.LabelSmoothing"] = "--label-smoothing",
        ["Optimizer"] = "--optimizer",
        ["Partial"] = "--partial",
        ["ReduceOnPlateau"] = "--plateau",
        ["Resume"] = "--resume",
        ["Schedule"] = "--schedule",
        ["Seed"] = "--seed",
        ["SynchronizedBatchNorm"] = "--sync-batch-norm",
        ["Threads"] = "--threads",
        ["ValidationSet"] = "the test images",
        ["WeightDecay"] = "--weight-decay",
    };

    public static string Of(string message)
    {
        string said = Parameter().Replace(message, "");
        foreach ((string advice, string instead) in Advice)
            said = said.Replace(advice, instead, StringComparison.Ordinal);
        return QuotedOrOption().Replace(said, match => Options.GetValueOrDefault(match.Value, match.Value));
    }

    // What an ArgumentException adds to its message.
    [GeneratedRegex(@" \(Parameter '\w+'\)")]
    private static partial Regex Parameter();

    // An option is spoken of as one: "Threads is 0", "Loss.ClassWeights: there are". Before that, what stands in quotes is passed over.
    [GeneratedRegex("""(?<!\w)'[^']*'(?!\w)|"[^"]*"|\b[A-Z]\w+(?:\.[A-Z]\w+)*(?= (?:is|was|needs|takes|must)\b|:)""")]
    private static partial Regex QuotedOrOption();
}
