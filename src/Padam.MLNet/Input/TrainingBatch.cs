using static TorchSharp.torch;

namespace Padam.MLNet.Input;

/// <summary>
/// A batch as the network takes it, on its device. On the CPU the tensors may be views of buffers that the batch after the next overwrites.
/// </summary>
/// <param name="Images">[N, H, W, C] singles; or vectors [N, C].</param>
/// <param name="Labels">[N] classes.</param>
/// <param name="Weight">What the images count for together, those of the other processes that share the batch among them.</param>
/// <param name="Weights">[N] singles, what each image counts for; null where all count the same.</param>
/// <param name="Share">
/// What of each image, and of its loss, is its own; the rest is its partner's. Null where images are not mixed.
/// </param>
internal readonly record struct TrainingBatch(Tensor Images, Tensor Labels, double Weight, Tensor? Weights = null, double? Share = null)
{
    /// <summary>Whether its images count for nothing: a batch that many processes share had none for this one.</summary>
    internal bool IsIdle { get; init; }

    /// <summary>
    /// Classes [N], and what they count for, of the row before each; null where that of the first is the last, as it is in a whole batch.
    /// </summary>
    internal (Tensor Labels, Tensor? Weights)? Before { get; init; }

    internal Tensor PartnerLabels => Before?.Labels ?? Partners(Labels);

    /// <summary>Null where all count the same.</summary>
    internal Tensor? PartnerWeights =>
        Before is { } before ? before.Weights
        : Weights is null ? null
        : Partners(Weights);

    /// <summary>The class of which there is more in each image.</summary>
    internal Tensor MajorityLabels => Share < 0.5 ? PartnerLabels : Labels;

    /// <summary>What belongs to the partner of each row: the one before it, of the first the last.</summary>
    internal static Tensor Partners(Tensor rows) => rows.roll(1, 0);
}
