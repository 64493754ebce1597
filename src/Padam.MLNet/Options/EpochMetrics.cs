namespace Padam.MLNet;

/// <summary>What an epoch brought. Accuracies are fractions; losses are mean cross entropies in nats.</summary>
public sealed class EpochMetrics
{
    /// <summary>The epoch, from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>The epochs this training was asked for.</summary>
    public required int Epochs { get; init; }

    /// <summary>
    /// The mean training loss while the epoch ran, label smoothing and <see cref="ImageClassificationOptions.KernelL2"/> penalty included.
    /// </summary>
    public required double Loss { get; init; }

    /// <summary>The running accuracy on the (augmented) training images.</summary>
    public required double Accuracy { get; init; }

    /// <summary>
    /// The mean over classes of the running accuracy on the training images of each: what a model that answers with the largest class alone
    /// cannot reach.
    /// </summary>
    public double MacroAccuracy { get; init; }

    /// <summary>The running top-5 accuracy on the training images; with fewer than five classes, of so many.</summary>
    public required double Top5Accuracy { get; init; }

    /// <summary>
    /// The loss on the validation set after the epoch, as ML.NET's LogLoss (plus the <see cref="ImageClassificationOptions.KernelL2"/>
    /// penalty); null without such a set.
    /// </summary>
    public double? ValidationLoss { get; init; }

    /// <summary>The accuracy on the validation set after the epoch; null without such a set.</summary>
    public double? ValidationAccuracy { get; init; }

    /// <summary>
    /// The mean over classes of the accuracy on the validation set's images of each, as ML.NET's MacroAccuracy; null without such a set.
    /// </summary>
    public double? ValidationMacroAccuracy { get; init; }

    /// <summary>
    /// The mean over classes of F1 = 2 right / (shown + answered) on the validation set, over those that were shown or answered; null
    /// without such a set.
    /// </summary>
    public double? ValidationMacroF1 { get; init; }

    /// <summary>
    /// <see cref="ValidationLoss"/> without the <see cref="ImageClassificationOptions.KernelL2"/> penalty, as ML.NET's LogLoss; null
    /// without such a set.
    /// </summary>
    public double? ValidationLogLoss { get; init; }

    /// <summary>The top-5 accuracy on the validation set after the epoch; null without such a set.</summary>
    public double? ValidationTop5Accuracy { get; init; }

    /// <summary>
    /// The learning rate of the epoch's first step, before the factors of <see cref="Optimizers.OptimizerOptionsBase.Rules"/>.
    /// </summary>
    public required double LearningRate { get; init; }

    /// <summary>Padam's p at the epoch's first step; null for other optimizers.</summary>
    public double? Partial { get; init; }

    /// <summary>Training images a second, the validation pass not counted.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>Classes, from 0, of the validation set (without one, of the training set) that were not once the answer.</summary>
    internal IReadOnlyList<int> NeverPredicted { get; init; } = [];

    internal bool StopRequested { get; private set; }

    /// <summary>
    /// Ends the training after this epoch; the model is that of this epoch, or the best with
    /// <see cref="ImageClassificationOptions.RestoreBestWeights"/>.
    /// </summary>
    public void RequestStop() => StopRequested = true;
}
