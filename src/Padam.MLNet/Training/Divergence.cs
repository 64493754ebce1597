namespace Padam.MLNet.Training;

/// <summary>Ends a training whose loss or weights are no longer finite, before they reach a checkpoint or a model.</summary>
/// <param name="context">The training.</param>
/// <param name="state">Where it stands.</param>
/// <param name="metrics">Its losses, as far as they were read.</param>
/// <param name="average">The average of its weights, if there is one.</param>
internal sealed class Divergence(TrainingContext context, TrainingState state, IStepMetrics metrics, AveragedWeights? average)
{
    /// <exception cref="TrainingDivergedException">The loss that was read last is not finite.</exception>
    internal void RequireFiniteLoss(int epoch)
    {
        if (!double.IsFinite(metrics.Loss))
            throw Of(epoch, $"The loss is {metrics.Loss}");
    }

    /// <summary>
    /// Looks at all that a model is made of, running statistics included: batch normalisation of a single value has no variance. The losses
    /// that were not read yet are read first.
    /// </summary>
    /// <exception cref="TrainingDivergedException">Some of it is not finite.</exception>
    internal void RequireFinite(int epoch)
    {
        metrics.Finish();
        RequireFiniteLoss(epoch);
        bool isFinite = HostReading.AreFinite(context.Network.parameters().Concat(context.Network.buffers()));
        if (context.Ranks.Largest(isFinite ? 0 : 1) > 0)
            throw Of(epoch, "A weight is infinite or no number");
        if (average?.IsFinite() == false)
            throw Of(epoch, "The average of a weight is infinite or no number");
    }

    /// <summary>What says so.</summary>
    internal TrainingDivergedException Of(int epoch, string what) =>
        context.Ranks.OnAll(new TrainingDivergedException(epoch, state.BatchesDone, what, context.Options.Optimizer.ToString()));
}
