using Padam.MLNet;
using Padam.MLNet.Backbones;
using Padam.MLNet.Optimizers;
using Padam.MLNet.Schedules;
using Padam.Reproduce.Data;
using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Runs;

/// <summary>The library's options for a run: all that decides its outcome, but for the data.</summary>
internal static class TrainingOptions
{
    public static ImageClassificationOptions Of(RunSettings settings) =>
        settings.FineTune is null ? OfRecipe(settings) : FineTuning.Of(settings);

    private static ImageClassificationOptions OfRecipe(RunSettings settings)
    {
        Recipe recipe = Recipe.Parse(settings.Recipe);
        OptimizerOptionsBase optimizer = settings.Optimizer.Options();
        IReadOnlyList<int> milestones = Milestones(settings);
        Backbone backbone = recipe.Apply(Backbone.Parse(settings.Backbone));
        OptimizerOptionsBase recipes = recipe.Apply(optimizer);
        var options = new ImageClassificationOptions
        {
            FeatureColumnName = ImageSource.FeatureColumn(settings.DataSet),
            ImageSize = ImageSource.ImageSize(settings.DataSet),
            Backbone = backbone,
            Optimizer = backbone.Name == AirbenchRecipe.Backbone ? AirbenchRecipe.OfNetwork(recipes) : recipes,
            KernelL2 = recipe.KernelL2(optimizer),
            OptimizerRestartEpochs = recipe.RestartEpochs(settings.Epochs, settings.Milestones),
            OptimizerRestarts = recipe.Restarts(settings.Milestones),
            Schedule = settings.Tricks.Rate(
                recipe == Recipe.Airbench ? AirbenchRecipe.Rate
                : milestones.Count > 0 ? Schedule.MultiStep(milestones, Gamma(settings))
                : Schedule.Constant
            ),
            PartialSchedule = Partial(settings),
            Augmentation = new(CropPadding: recipe.CropPadding, Flip: true),
            Normalization = ImageSource.Normalized(settings.DataSet),
            Epochs = settings.Epochs,
            BatchSize = settings.BatchSize,
            Seed = settings.Seed,
            InitialWeights = settings.Weights,
        };
        if (recipe == Recipe.Airbench)
            AirbenchRecipe.Apply(options, settings.DataSet);
        settings.Tricks.Apply(options);
        return options;
    }

    /// <summary>Whole epochs after which the rate falls; none where another schedule says how it moves.</summary>
    public static IReadOnlyList<int> Milestones(RunSettings settings) =>
        settings.Tricks.Schedule is not null || settings.FineTune is not null
            ? []
            : settings.Milestones ?? Recipe.Parse(settings.Recipe).Milestones(settings.Epochs);

    /// <summary>What the rate is multiplied by at each of them.</summary>
    public static double Gamma(RunSettings settings) => settings.Gamma ?? 0.1;

    private static Schedule? Partial(RunSettings settings) =>
        settings.PartialDecay switch
        {
            null or { Kind: "constant" } => null,
            { Kind: "linear" } decay => Schedule.Linear(1, decay.To),
            { Kind: "step" } decay => Schedule.MultiStep([Math.Max(1, settings.Epochs / 2)], decay.To),
            { Kind: var kind } => throw new CommandException($"The decay of p '{kind}' is not known: use constant, linear or step."),
        };
}
