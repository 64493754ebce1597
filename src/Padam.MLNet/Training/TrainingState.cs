using Microsoft.ML.Runtime;
using Padam.MLNet.Backbones;
using Padam.MLNet.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>Where a training stands, which a checkpoint keeps and a resumed training takes up.</summary>
/// <param name="context">The training.</param>
/// <param name="best">The best epoch until now, where that is followed.</param>
/// <param name="plateau">Where ReduceOnPlateau stands, if that is used.</param>
/// <param name="average">The averaged weights, if there are any.</param>
internal sealed class TrainingState(TrainingContext context, BestEpoch? best, Plateau? plateau, AveragedWeights? average)
{
    /// <summary>Whole epochs done.</summary>
    internal int EpochsDone { get; private set; }

    /// <summary>Batches done of the epoch after them.</summary>
    internal int BatchesDone { get; set; }

    /// <summary>Whether no epoch follows.</summary>
    internal bool Ended { get; set; }

    /// <summary>The sums of that epoch so far.</summary>
    internal RunningMetrics Metrics { get; private set; } = new();

    internal void EndEpoch() => (EpochsDone, BatchesDone, Metrics) = (EpochsDone + 1, 0, new RunningMetrics());

    /// <summary>Writes a checkpoint, where the training has a folder for it.</summary>
    internal void Save(optim.Optimizer optimizer)
    {
        if (context.Checkpoints is not { } folder)
            return;
        var position = new CheckpointPosition
        {
            Settings = context.Settings,
            Seed = context.Seed,
            EpochsDone = EpochsDone,
            BatchesDone = BatchesDone,
            Sums = Metrics.Sums,
            Ended = Ended,
            Best = best?.SoFar,
            Plateau = plateau?.State,
            StratifiedValidation = context.StratifiedValidation,
            Resampling = PreprocessingDescription.Of(context.Preprocessing).Resampling,
        };
        using DisposeScope scope = NewDisposeScope();
        byte[] random = context.Random.State;
        List<(string Name, Action<Stream> Write)> entries =
        [
            CheckpointEntries.Of(Checkpoint.Weights, context.Network.NamedState()),
            CheckpointEntries.Of(optimizer),
            (Checkpoint.RandomState, stream => stream.Write(random)),
        ];
        if (best?.Weights is { Count: > 0 } weights)
            entries.Add(CheckpointEntries.Of(Checkpoint.BestWeights, weights));
        if (average is not null)
            entries.Add(CheckpointEntries.Of(Checkpoint.AveragedWeights, average.State));
        Checkpoint.Write(folder.File, position, entries);
    }

    /// <summary>Gives the network the weights of the checkpoint that it goes on from.</summary>
    internal static void LoadWeights(TrainingContext context) =>
        context.Start!.Use(Checkpoint.Weights, stream => WeightsFile.Load(context.Network, stream, context.Checkpoints!.File));

    /// <summary>Takes up what a checkpoint kept besides the weights: optimizer, random numbers, and all above.</summary>
    internal void Resume(Checkpoint checkpoint, optim.Optimizer optimizer)
    {
        CheckpointPosition position = checkpoint.Position;
        string file = context.Checkpoints!.File;
        CheckpointEntries.Restore(optimizer, checkpoint);
        context.Random.State = checkpoint.Bytes(Checkpoint.RandomState);
        (EpochsDone, BatchesDone) = (position.EpochsDone, position.BatchesDone);
        Metrics = new RunningMetrics { Sums = position.Sums };
        if (average is not null && checkpoint.Has(Checkpoint.AveragedWeights))
            average.Resume(CheckpointEntries.Tensors(checkpoint, Checkpoint.AveragedWeights, file));
        if (plateau is not null && position.Plateau is { } state)
            plateau.State = state;
        if (position.Best is { } kept)
            best?.Resume(
                kept,
                checkpoint.Has(Checkpoint.BestWeights) ? CheckpointEntries.Tensors(checkpoint, Checkpoint.BestWeights, file) : []
            );
        Ended = position.EndsIn(context.Options.Epochs) || (position.Ended && best?.ShouldStop == true);
        context.Log.Info(MessageSensitivity.None, $"Resumed from '{file}' after epoch {EpochsDone}, batch {BatchesDone} of the next.");
    }
}
