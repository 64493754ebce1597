using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Padam.MLNet;
using Padam.MLNet.Optimizers;
using Padam.Reproduce.Data;

namespace Padam.Reproduce.Runs;

/// <summary>
/// What makes two runs the same: every setting that decides the outcome, as resolved, the library's defaults and the recipe's constants
/// included, in words that do not depend on how the program is written. What a later version adds enters only where it is used, so that it
/// does not make other runs of those that exist; what a later version decides otherwise is another value, and so another run.
/// </summary>
internal sealed class RunIdentity
{
    private const int Version = 2,
        IdLength = 12;

    private readonly List<KeyValuePair<string, string>> _values = [];

    private RunIdentity() { }

    /// <summary>The settings by name, as a file keeps them.</summary>
    public IReadOnlyDictionary<string, string> ToDictionary() => new Dictionary<string, string>(_values);

    /// <summary>What the id is made of: a line a setting.</summary>
    public string Text => $"padam-reproduce run {Version}\n{string.Concat(_values.Select(value => $"{value.Key}: {value.Value}\n"))}";

    /// <summary>Twelve hex digits that are the same for the same settings, whatever the machine and the paths.</summary>
    public string Id => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)))[..IdLength];

    /// <exception cref="IOException">The file of first weights cannot be read.</exception>
    public static RunIdentity Of(RunSettings settings)
    {
        ImageClassificationOptions options = TrainingOptions.Of(settings);
        var identity = new RunIdentity();
        identity.AddData(settings, options);
        identity.AddNetwork(settings, options);
        identity.AddOptimizer(options.Optimizer);
        identity.AddCourse(settings, options);
        identity.AddWhatTheConsoleLeavesAlone(options);
        identity.AddTricks(settings, options);
        return identity;
    }

    /// <summary>How these settings differ from those that a file kept: "epochs 5, not 3"; null where they are the same.</summary>
    public string? DifferenceFrom(IReadOnlyDictionary<string, string> kept)
    {
        var mine = ToDictionary();
        string[] differences =
        [
            .. NamesThatDiffer(kept)
                .Select(name => $"{name} {kept.GetValueOrDefault(name, "not said")}, not {mine.GetValueOrDefault(name, "not said")}"),
        ];
        return differences.Length > 0 ? string.Join("; ", differences) : null;
    }

    /// <summary>The settings in which these differ from those that a file kept.</summary>
    public IEnumerable<string> NamesThatDiffer(IReadOnlyDictionary<string, string> kept)
    {
        var mine = ToDictionary();
        return kept.Keys.Union(mine.Keys).Where(name => kept.GetValueOrDefault(name) != mine.GetValueOrDefault(name));
    }

    private void AddData(RunSettings settings, ImageClassificationOptions options)
    {
        Add("data set", settings.DataSet);
        Add("labels", settings.Labels);
        Add("training images", settings.TrainLimit, none: "all");
        Add("test images", settings.TestLimit, none: "all");
        Add("image size", options.ImageSize is { } size ? $"{size.Height}x{size.Width}" : null);
        Add("means", Numbers(options.Normalization?.Mean), none: "measured");
        Add("standard deviations", Numbers(options.Normalization?.StandardDeviation), none: "measured");
        Add("crop padding", options.Augmentation.CropPadding);
        Add("flip", options.Augmentation.Flip);
    }

    private void AddNetwork(RunSettings settings, ImageClassificationOptions options)
    {
        Add("network", options.Backbone.Name);
        Add("initialization", options.Backbone.Settings.Initialization);
        Add("batch norm momentum", options.Backbone.Settings.BatchNormMomentum);
        Add("batch norm epsilon", options.Backbone.Settings.BatchNormEpsilon);
        Add("first weights", settings.Weights is { } file ? FileIdentity.Of(file).Sha256 : null, none: "drawn");
    }

    private void AddOptimizer(OptimizerOptionsBase optimizer)
    {
        Add("optimizer", optimizer.Name);
        Add("learning rate", optimizer.LearningRate);
        Add("weight decay", optimizer.WeightDecay);
        if (optimizer is AdaptiveOptions adaptive)
        {
            Add("beta1", adaptive.Beta1);
            Add("beta2", adaptive.Beta2);
            Add("epsilon", adaptive.Epsilon);
        }

        switch (optimizer)
        {
            case PadamOptions padam:
                Add("p", padam.Partial);
                Add("epsilon placement", padam.EpsilonPlacement);
                Add("amsgrad", padam.AmsGrad);
                Add("decoupled weight decay", padam.DecoupledWeightDecay);
                break;
            case AdamOptions adam:
                Add("uncorrected epsilon", adam.UncorrectedEpsilon);
                Add("amsgrad", adam.AmsGrad);
                break;
            case AdaBoundOptions bound:
                Add("final learning rate", bound.FinalLearningRate);
                Add("bound's gamma", bound.Gamma);
                Add("amsbound", bound.AmsBound);
                break;
            case SgdOptions sgd:
                Add("momentum", sgd.Momentum);
                Add("nesterov", sgd.Nesterov);
                break;
        }
    }

    private void AddCourse(RunSettings settings, ImageClassificationOptions options)
    {
        IReadOnlyList<int> milestones = TrainingOptions.Milestones(settings);
        Add("epochs", options.Epochs);
        Add("batch size", options.BatchSize);
        Add("seed", options.Seed);
        Add("rate falls after epochs", milestones.Count > 0 ? string.Join(' ', milestones) : null, none: "never");
        if (milestones.Count > 0)
            Add("rate falls to", TrainingOptions.Gamma(settings));
        PartialDecay? decay = settings.PartialDecay is { Kind: not "constant" } falls ? falls : null;
        Add("p falls", decay?.Kind, none: "never");
        if (decay is not null)
            Add("p falls to", decay.To);
        Add(
            "optimizer starts afresh after epochs",
            options.OptimizerRestarts.Count > 0 ? string.Join(' ', options.OptimizerRestarts) : options.OptimizerRestartEpochs,
            none: "never"
        );
        Add("kernel L2", options.KernelL2);
    }

    // Most of these nothing on the command line sets, but a new default would be another training.
    private void AddWhatTheConsoleLeavesAlone(ImageClassificationOptions options)
    {
        Add("turned as EXIF says", options.Preprocessing.ExifOrientation);
        Add("ground", $"{options.Preprocessing.BackgroundColor.ToArgb():x8}");
        Add("pixel scale", options.PixelScale);
        Add("label smoothing", options.LabelSmoothing);
        Add("gradient clip norm", options.GradientClipNorm);
        Add("frozen layers", options.FrozenLayers.Count > 0 ? string.Join(' ', options.FrozenLayers) : null);
        Add("validation fraction", options.ValidationFraction);
        Add("early stopping", options.EarlyStopping);
        Add("best weights", options.RestoreBestWeights);
        Add("bad images skipped", options.SkipBadImages);
        Add("scoring batch size", options.InferenceBatchSize);
        Add("convolutions", options.ConvolutionAlgorithm);
    }

    // All of them came after the first ids: each enters only where it is used.
    private void AddTricks(RunSettings settings, ImageClassificationOptions options)
    {
        if (settings.HeldOut is { } part)
            Add("training images set apart for tests", part);
        bool bringsSchedule = settings.Recipe == Recipe.Airbench.Name || settings.FineTune is not null;
        if (settings.Tricks.Schedule is not null || settings.Tricks.Warmup is > 0 || bringsSchedule)
            Add("schedule", options.Schedule);
        if (options.Optimizer.Rules.Count > 0)
            Add("parameter rules", options.Optimizer.Rules);
        AddAugmentation(options.Augmentation);
        if (options.Compute.DropPartBatch)
            Add("part batches dropped", true);
        if (options.Preprocessing.Resize != new ImagePreprocessing().Resize)
            Add("resized by", options.Preprocessing.Resize);
        if (options.Inference.TestTimeAugmentation is not TestTimeAugmentation.None and var views)
            Add("test-time augmentation", views);
        if (options.Averaging is { } averaging)
            Add("averaging", averaging);
        if (options.Loss.ClassWeights is { } weights)
            Add("class weights", weights);
        if (options.Compute.Precision is not Precision.Float32 and var precision)
            Add("precision", precision);
        if (options.Compute.AccumulateBatches > 1)
            Add("batches a step", options.Compute.AccumulateBatches);
        if (options.ReduceOnPlateau is { } plateau)
            Add("plateau", plateau);
        if (settings.Shares is { } shares)
            Add("shares of a batch", shares);
    }

    // But for the crop and the flip, which are among the data.
    private void AddAugmentation(Augmentation augmentation)
    {
        if (augmentation.ReflectedPadding)
            Add("reflected padding", true);
        if (augmentation.AlternatingFlip)
            Add("alternating flip", true);
        if (augmentation.TrivialAugment)
            Add("trivial augment", true);
        foreach (
            (string name, object? part) in new (string, object?)[]
            {
                ("resized crop", augmentation.ResizedCrop),
                ("colours", augmentation.Color),
                ("erasing", augmentation.Erasing),
                ("cutout", augmentation.Cutout),
                ("mixing", augmentation.Mixing),
            }
        )
        {
            if (part is not null)
                Add(name, part);
        }
    }

    private void Add(string name, object? value, string none = "none") =>
        _values.Add(
            new(
                name,
                value switch
                {
                    null => none,
                    double number => number.ToString("R", CultureInfo.InvariantCulture),
                    bool yes => yes ? "yes" : "no",
                    _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
                }
            )
        );

    private static string? Numbers(IEnumerable<float>? values) =>
        values is null ? null : string.Join(' ', values.Select(value => value.ToString("R", CultureInfo.InvariantCulture)));
}
