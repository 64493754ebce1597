using System.Globalization;

namespace Padam.MLNet;

/// <summary>
/// The loss or a weight became infinite or no number, so the training stopped. Logs and checkpoints of the epochs before are kept.
/// </summary>
public sealed class TrainingDivergedException : InvalidOperationException
{
    internal TrainingDivergedException(int epoch, int batch, string what, string optimizer)
        : base(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{what} in epoch {epoch}, batch {batch}: the training has diverged. Lower the learning rate ({optimizer}), add a "
                    + $"warm-up, or set GradientClipNorm."
            )
        ) => (Epoch, Batch) = (epoch, batch);

    /// <summary>The epoch, from 1.</summary>
    public int Epoch { get; }

    /// <summary>
    /// The batch within the epoch, from 1, after which it was found: on a GPU, where losses are read every 50 steps, it may have begun in
    /// one before.
    /// </summary>
    public int Batch { get; }
}
