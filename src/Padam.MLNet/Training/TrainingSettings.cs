using System.Globalization;
using System.Security.Cryptography;
using Padam.MLNet.Data;

namespace Padam.MLNet.Training;

/// <summary>All that decides what a training yields, by option, as text.</summary>
internal static class TrainingSettings
{
    internal static IReadOnlyDictionary<string, string> Of(
        ITrainingOptions options,
        TrainingData data,
        Normalization normalization,
        int seed,
        int? ranksApart = null
    ) =>
        InInvariantCulture(() =>
        {
            Dictionary<string, string> settings = new()
            {
                ["Backbone"] = options.Backbone.Name,
                ["BackboneSettings"] = $"{options.Backbone.Settings}",
                ["Optimizer"] = $"{options.Optimizer}",
                ["Schedule"] = $"{options.Schedule}",
                ["PartialSchedule"] = $"{options.PartialSchedule}",
                ["Epochs"] = $"{options.Epochs}",
                ["BatchSize"] = $"{options.BatchSize}",
                ["InferenceBatchSize"] = $"{options.Inference.BatchSize}",
                ["Seed"] = $"{seed}",
                ["Normalization"] = $"{normalization}",
                ["Augmentation"] = $"{options.Augmentation}",
                ["PixelScale"] = $"{options.PixelScale:R}",
                ["LabelSmoothing"] = $"{options.Loss.LabelSmoothing:R}",
                ["GradientClipNorm"] = $"{options.GradientClipNorm:R}",
                ["KernelL2"] = $"{options.KernelL2:R}",
                ["OptimizerRestartEpochs"] = $"{options.OptimizerRestartEpochs}",
                ["EarlyStopping"] = $"{options.EarlyStopping}",
                ["RestoreBestWeights"] = $"{options.RestoreBestWeights}",
                ["InitialWeights"] = options.InitialWeights is { } weights ? $"{Path.GetFileName(weights)} {Hash(weights)}" : "",
                ["ConvolutionAlgorithm"] = $"{options.ConvolutionAlgorithm}",
                ["FrozenLayers"] = string.Join(", ", options.FrozenLayers),
                ["Training data"] = Describe(data.Training),
                ["Validation data"] = data.Validation is { } validation ? Describe(validation) : "",
            };
            // What was added later is named only where it is used: checkpoints of before know nothing of it.
            if (options.OptimizerRestarts.Count > 0)
                settings["OptimizerRestarts"] = string.Join(", ", options.OptimizerRestarts);
            if (options.ReduceOnPlateau is { } plateau)
                settings["ReduceOnPlateau"] = $"{plateau}";
            if (options.Averaging is { } averaging)
                settings["Averaging"] = $"{averaging}";
            if (options.Loss.ClassWeights is { } ofClasses)
                settings["Loss.ClassWeights"] = $"{ofClasses}";
            if (options.ExampleWeightColumnName is { } column)
                settings["ExampleWeightColumnName"] = column;
            if (options.Compute.Precision is not Precision.Float32 and var precision)
                settings["Compute.Precision"] = $"{precision}";
            if (options.Compute.AccumulateBatches is > 1 and var batches)
                settings["Compute.AccumulateBatches"] = $"{batches}";
            if (options.Compute.DropPartBatch)
                settings["Compute.DropPartBatch"] = "True";
            if (options.Inference.TestTimeAugmentation is not TestTimeAugmentation.None and var views)
                settings["Inference.TestTimeAugmentation"] = $"{views}";
            // Each rank's share of a batch is normalised by itself, so that the number of ranks decides too.
            if (ranksApart is { } ranks)
                settings["Distributed's ranks"] = $"{ranks}";
            return settings;
        });

    /// <summary>The options of which two trainings, or two ranks of one, were told otherwise; null for what one was not told.</summary>
    internal static IEnumerable<(string Name, string? First, string? Second)> Differences(
        IReadOnlyDictionary<string, string> first,
        IReadOnlyDictionary<string, string> second
    ) =>
        second
            .Keys.Union(first.Keys)
            .Select(name => (name, first.GetValueOrDefault(name), second.GetValueOrDefault(name)))
            .Where(found => found.Item2 != found.Item3);

    /// <summary>Records print their numbers in the thread's culture; what is kept in files may be read under another.</summary>
    internal static T InInvariantCulture<T>(Func<T> text)
    {
        CultureInfo culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            return text();
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    private static string Describe(ImageRows set) => $"{set.Rows.Length} images of {set.Images.Shape}, {set.Images.Fingerprint(set.Rows)}";

    private static string Hash(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
