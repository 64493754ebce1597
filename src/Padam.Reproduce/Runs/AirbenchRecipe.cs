using Padam.MLNet;
using Padam.MLNet.Optimizers;
using Padam.MLNet.Schedules;

namespace Padam.Reproduce.Runs;

/// <summary>
/// The constants of airbench94 (arXiv 2404.00498), which docs/recipes.md names one by one: what the recipe sets that the others have not.
/// </summary>
internal static class AirbenchRecipe
{
    public const string Backbone = "airbench94",
        Optimizer = "sgd";

    public const int Epochs = 10,
        BatchSize = 1024;

    /// <summary>Of the mean loss: theirs is 11.5 / (1024 (1 + 1 / (1 - 0.85))) of the sum over 1024 images.</summary>
    public const double LearningRate = 1.5,
        WeightDecay = 1.3304e-3;

    private const double Momentum = 0.85,
        BiasScaler = 64;

    private const int WhitenBiasEpochs = 3;

    /// <summary>Up over 23 % of the steps, down over the rest.</summary>
    public static Schedule Rate { get; } = Schedule.OneCycle(rise: 0.23, from: 0.2, to: 0.07, Annealing.Linear);

    public static OptimizerOptionsBase Apply(OptimizerOptionsBase optimizer) =>
        optimizer is SgdOptions sgd
            ? sgd with
            {
                Momentum = Momentum,
                Nesterov = true,
                Rules = [ParameterRule.For("*.norm*.bias", rate: BiasScaler, decay: 1 / BiasScaler)],
            }
            : optimizer;

    /// <summary>What belongs to the network, by whatever recipe it is trained: the bias of the whitening learns for a few epochs.</summary>
    public static OptimizerOptionsBase OfNetwork(OptimizerOptionsBase optimizer) =>
        optimizer with
        {
            Rules = [.. optimizer.Rules, ParameterRule.For("whiten.bias", epochs: WhitenBiasEpochs)],
        };

    public static void Apply(ImageClassificationOptions options, string dataSet)
    {
        options.Augmentation = options.Augmentation with { ReflectedPadding = true, AlternatingFlip = true };
        options.LabelSmoothing = 0.2;
        options.Averaging = new Lookahead(Every: 5, Decay: Math.Pow(0.95, 5), Power: 3);
        options.Compute = new() { DropPartBatch = true };
        options.Inference = new() { TestTimeAugmentation = TestTimeAugmentation.MirrorAndShift };
        if (dataSet == "cifar10")
            options.Normalization = new Normalization([0.4914f, 0.4822f, 0.4465f], [0.2470f, 0.2435f, 0.2616f]);
    }
}
