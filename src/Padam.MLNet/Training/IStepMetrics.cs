using Padam.MLNet.Input;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>How the losses and the answers of batches come from the device into the metrics of an epoch.</summary>
internal interface IStepMetrics : IDisposable
{
    /// <summary>
    /// What was read last: a batch's loss, or on a device the sum of an epoch's, which is as finite as they are; 0 before the first.
    /// </summary>
    double Loss { get; }

    /// <summary>Begins an epoch, or goes on with it, from what its metrics have.</summary>
    void Begin(RunningMetrics metrics);

    /// <summary>Takes a batch's loss, before its gradients are computed.</summary>
    /// <returns>Whether they may reach the weights: false where the loss was read and is not finite.</returns>
    bool Take(StepLoss loss);

    /// <summary>Takes the batch's answers, once its gradients are computed.</summary>
    /// <param name="logits">Its logits, [N, classes].</param>
    /// <param name="labels">Its classes, [N].</param>
    /// <param name="part">Where in the epoch it stands.</param>
    void Take(Tensor logits, Tensor labels, StepPart part);

    /// <summary>Reads what was not read yet.</summary>
    void Finish();

    /// <summary>The way of the device that a training is on.</summary>
    /// <param name="context">The training.</param>
    /// <param name="penalty">What joins each loss.</param>
    static IStepMetrics Of(TrainingContext context, KernelPenalty penalty) =>
        context.IsOnDevice && context.Options.Compute.Reader is null
            ? new SumsOnDevice(context.Data.Labels.Classes, penalty, new DeviceTransfer(context.Device))
            : new EachBatchRead(penalty, context.Ranks, context.Options.Compute.Reader);
}

/// <summary>The loss of a batch.</summary>
/// <param name="Value">What is differentiated, on the device: the mean over the images, or their sum by weight.</param>
/// <param name="Weight">What the images count for together, all ranks' of them.</param>
/// <param name="Divisor">What makes a mean of the value.</param>
/// <param name="IsIdle">Whether the images of this rank count for nothing.</param>
internal readonly record struct StepLoss(Tensor Value, double Weight, double Divisor, bool IsIdle = false);
