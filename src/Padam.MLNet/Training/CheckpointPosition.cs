using System.Globalization;
using System.Text.Json.Serialization;

namespace Padam.MLNet.Training;

/// <summary>Where a training stood, besides the tensors: the JSON of a checkpoint.</summary>
internal sealed record CheckpointPosition
{
    internal const int CurrentFormat = 3,
        OldestFormat = 1;

    private const string EpochsSetting = "Epochs";

    public int Format { get; init; } = CurrentFormat;

    /// <summary>What the training was told, by option; a resumed training must have been told the same.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    public required int Seed { get; init; }

    /// <summary>Whole epochs done.</summary>
    public required int EpochsDone { get; init; }

    /// <summary>Batches done of the epoch after them.</summary>
    public required int BatchesDone { get; init; }

    /// <summary>The sums of that epoch so far.</summary>
    public required RunningSums Sums { get; init; }

    /// <summary>The processes that trained together; null for one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Ranks { get; init; }

    /// <summary>Whether the training ended: by its last epoch, by early stopping or by the callback.</summary>
    public required bool Ended { get; init; }

    public required BestSoFar? Best { get; init; }

    /// <summary>Where ReduceOnPlateau stands; null without it, and before format 3.</summary>
    public PlateauState? Plateau { get; init; }

    /// <summary>The epochs of the whole training; null where its settings do not say.</summary>
    [JsonIgnore]
    public int? Epochs =>
        int.TryParse(Settings.GetValueOrDefault(EpochsSetting), NumberStyles.None, CultureInfo.InvariantCulture, out int epochs)
            ? epochs
            : null;

    /// <summary>
    /// Whether a training of so many epochs has ended here. Where its number of epochs alone ended it, one that is told more has some left.
    /// </summary>
    internal bool EndsIn(int epochs) => Ended && !(EpochsDone == Epochs && EpochsDone < epochs);

    /// <summary>The same place in a training of more epochs; unchanged where they are not more.</summary>
    internal CheckpointPosition In(int epochs) =>
        epochs > Epochs
            ? this with
            {
                Settings = new Dictionary<string, string>(Settings) { [EpochsSetting] = epochs.ToString(CultureInfo.InvariantCulture) },
            }
            : this;

    /// <summary>Whether ValidationFraction set rows apart class by class; null in format 1, where it did not.</summary>
    public bool? StratifiedValidation { get; init; }

    /// <summary>How pictures were resized; null for SkiaSharp's way, as before models said so.</summary>
    public string? Resampling { get; init; }

    /// <summary>SHA-256 of each further entry, by name.</summary>
    public IReadOnlyDictionary<string, string> Entries { get; init; } = new Dictionary<string, string>();
}

/// <summary>The epoch that was best on the validation set until now.</summary>
/// <param name="Epoch">The epoch.</param>
/// <param name="Value">Its metric.</param>
/// <param name="EpochsWithoutImprovement">Epochs since the last that was better than those before by the minimum.</param>
internal sealed record BestSoFar(int Epoch, double Value, int EpochsWithoutImprovement)
{
    /// <summary>The metric of the last epoch that was better by the minimum; null in format 1, where it was the best one's.</summary>
    public double? Reference { get; init; }

    /// <summary>Classes that the best epoch's model never answered; null in format 1.</summary>
    public IReadOnlyList<int>? NeverPredicted { get; init; }
}
