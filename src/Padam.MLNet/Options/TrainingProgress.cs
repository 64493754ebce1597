namespace Padam.MLNet;

/// <summary>Where a training stands, told after each batch.</summary>
/// <param name="Epoch">The epoch under way, from 1; 0 in the stage before the first.</param>
/// <param name="Epochs">The epochs asked for.</param>
/// <param name="Images">Images of the epoch, or of the stage before, that are done.</param>
/// <param name="ImagesPerEpoch">Images that it has.</param>
/// <param name="Loss">
/// The mean loss of the epoch until it was last read: on the CPU after each batch; on a GPU every 50 steps of the optimizer and at the
/// epoch's end, so that the GPU need not wait. No number before the epoch's first reading, nor before its first image that counts for
/// anything (see <see cref="MLNet.Loss"/>), and in the stage before.
/// </param>
/// <param name="ImagesPerSecond">Images a second so far.</param>
public readonly record struct TrainingProgress(int Epoch, int Epochs, int Images, int ImagesPerEpoch, double Loss, double ImagesPerSecond)
{
    /// <summary>What is being done. The default value is <see cref="TrainingStage.Training"/>.</summary>
    public TrainingStage Stage { get; init; }
}

/// <summary>What a training is doing.</summary>
public enum TrainingStage
{
    /// <summary>Its epochs.</summary>
    Training,

    /// <summary>Before them: the frozen layers at the network's beginning run once over all images, those for validation too.</summary>
    Features,
}
