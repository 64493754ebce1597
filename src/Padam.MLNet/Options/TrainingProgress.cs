namespace Padam.MLNet;

/// <summary>Where a training stands, told after each batch.</summary>
/// <param name="Epoch">The epoch under way, from 1.</param>
/// <param name="Epochs">The epochs asked for.</param>
/// <param name="Images">Images of the epoch that are done.</param>
/// <param name="ImagesPerEpoch">Images an epoch has.</param>
/// <param name="Loss">The mean loss of the epoch so far.</param>
/// <param name="ImagesPerSecond">Images a second in this epoch so far.</param>
public readonly record struct TrainingProgress(int Epoch, int Epochs, int Images, int ImagesPerEpoch, double Loss, double ImagesPerSecond);
