using Padam.MLNet;
using Padam.MLNet.Optimizers;
using Padam.MLNet.Schedules;
using Padam.Reproduce.Data;

namespace Padam.Reproduce.Runs;

/// <summary>Runs that start from a pretrained network, in one of the library's ways; they take the place of a recipe.</summary>
internal static class FineTuning
{
    /// <summary>The optimizer that all ways bring.</summary>
    public const string Optimizer = "adamw";

    private static readonly Dictionary<string, Func<string, string?, ImageClassificationOptions>> Ways = new()
    {
        ["last-layer"] = FineTune.LastLayer,
        ["last-stage"] = FineTune.LastStage,
        ["all"] = FineTune.All,
    };

    public static IReadOnlyList<string> Names => [.. Ways.Keys];

    /// <summary>The library's options, with the numbers that it proposes.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="backbone">The network.</param>
    /// <param name="weights">Its pretrained weights; null for those of ML.NET's package.</param>
    /// <exception cref="ArgumentException">The network is none for photographs, or its weights must be named.</exception>
    /// <exception cref="FileNotFoundException">ML.NET's package is not there.</exception>
    public static ImageClassificationOptions Proposed(string name, string backbone, string? weights) => Ways[name](backbone, weights);

    /// <summary>The same, whatever the weights; null where the network is none for photographs.</summary>
    public static ImageClassificationOptions? ForAnyWeights(string name, string backbone)
    {
        try
        {
            // No file is looked at before a training.
            return Ways[name](backbone, "");
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>The library's options for a run.</summary>
    public static ImageClassificationOptions Of(RunSettings settings)
    {
        ImageClassificationOptions options = Proposed(settings.FineTune!, settings.Backbone, settings.Weights);
        options.FeatureColumnName = ImageSource.FeatureColumn(settings.DataSet);
        (options.Epochs, options.BatchSize, options.Seed) = (settings.Epochs, settings.BatchSize, settings.Seed);
        var adamW = (AdamWOptions)options.Optimizer;
        options.Optimizer = adamW with
        {
            LearningRate = settings.Optimizer.LearningRate ?? adamW.LearningRate,
            WeightDecay = settings.Optimizer.WeightDecay ?? adamW.WeightDecay,
            Beta1 = settings.Optimizer.Beta1 ?? adamW.Beta1,
            Beta2 = settings.Optimizer.Beta2 ?? adamW.Beta2,
        };
        // All ways fall as a cosine; a warm-up that is asked for takes the place of theirs.
        if (settings.Tricks.Schedule is not null || settings.Tricks.Warmup is not null)
            options.Schedule = settings.Tricks.Rate(Schedule.Cosine());
        settings.Tricks.Apply(options);
        return options;
    }
}
