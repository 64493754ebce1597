using Padam.MLNet.Input;
using Padam.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>
/// The cross entropy of a batch; where images are mixed, the same mixture of those of both classes, which is the cross entropy of soft
/// labels.
/// </summary>
internal static class BatchLoss
{
    /// <summary>The mean over the rows, which all count the same.</summary>
    internal static Tensor Mean(Tensor logits, TrainingBatch batch, double smoothing) =>
        OfBoth(batch, (labels, _) => nn.functional.cross_entropy(logits, labels, label_smoothing: smoothing));

    /// <summary>The sum over the rows by their weights: an image's weight goes with its class.</summary>
    internal static Tensor Sum(Tensor logits, TrainingBatch batch, double smoothing) =>
        OfBoth(
            batch,
            (labels, weights) =>
            {
                Tensor losses = nn.functional.cross_entropy(logits, labels, reduction: nn.Reduction.None, label_smoothing: smoothing);
                return (weights is null ? losses : losses.mul(weights)).sum();
            }
        );

    private static Tensor OfBoth(TrainingBatch batch, Func<Tensor, Tensor?, Tensor> loss)
    {
        Tensor own = loss(batch.Labels, batch.Weights);
        if (batch.Share is not { } share)
            return own;
        Tensor partners = loss(batch.PartnerLabels, batch.PartnerWeights);
        using Scalar first = Scalars.Of(share),
            second = Scalars.Of(1 - share);
        return own.mul(first).add(partners.mul(second), Scalars.One);
    }
}
