using CsvHelper;
using Padam.MLNet;

namespace Padam.Reproduce.Runs;

/// <summary>One epoch in the log: the columns of Keras's CSVLogger in its order, then the learning rate and p. Epochs count from 0,
/// accuracies are fractions, p is empty where the optimizer has none.</summary>
[CsvRecord]
internal sealed partial record LogRow(
    [property: CsvColumn("epoch")] int Epoch,
    [property: CsvColumn("acc")] double Accuracy,
    [property: CsvColumn("loss")] double Loss,
    [property: CsvColumn("top_k_categorical_accuracy")] double Top5,
    [property: CsvColumn("val_acc")] double TestAccuracy,
    [property: CsvColumn("val_loss")] double TestLoss,
    [property: CsvColumn("val_top_k_categorical_accuracy")] double TestTop5,
    [property: CsvColumn("lr")] double LearningRate,
    [property: CsvColumn("partial")] double? Partial
)
{
    /// <summary>An epoch with a test pass as its line of the log.</summary>
    public static LogRow Of(EpochMetrics metrics) =>
        new(
            metrics.Epoch - 1,
            metrics.Accuracy,
            metrics.Loss,
            metrics.Top5Accuracy,
            metrics.ValidationAccuracy!.Value,
            metrics.ValidationLoss!.Value,
            metrics.ValidationTop5Accuracy!.Value,
            metrics.LearningRate,
            metrics.Partial
        );
}
