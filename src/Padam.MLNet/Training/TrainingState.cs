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

    /// <summary>The sums of that epoch so far: the loss of all ranks, and the answers to this one's images.</summary>
    internal RunningMetrics Metrics { get; private set; } = new();

    /// <summary>Those sums over all ranks.</summary>
    internal RunningMetrics Total() => new() { Sums = context.Ranks.Total(Metrics.Sums, context.Data.Labels.Classes) };

    internal void EndEpoch() => (EpochsDone, BatchesDone, Metrics) = (EpochsDone + 1, 0, new RunningMetrics());

    /// <summary>Writes a checkpoint, where the training has a folder for it: the first rank does, of what all have.</summary>
    internal void Save(optim.Optimizer optimizer)
    {
        if (context.Checkpoints is not { } folder)
            return;
        (RunningSums sums, byte[] random) = (Total().Sums, context.Ranks.All(context.Random.State));
        context.Ranks.Together(() =>
        {
            if (context.Ranks.Rank == 0)
                Write(folder, sums, random, optimizer);
        });
    }

    private void Write(CheckpointFolder folder, RunningSums sums, byte[] random, optim.Optimizer optimizer)
    {
        var position = new CheckpointPosition
        {
            Settings = context.Settings,
            Seed = context.Seed,
            EpochsDone = EpochsDone,
            BatchesDone = BatchesDone,
            Sums = sums,
            Ranks = context.Ranks.Size > 1 ? context.Ranks.Size : null,
            Ended = Ended,
            Best = best?.SoFar,
            Plateau = plateau?.State,
            StratifiedValidation = context.StratifiedValidation,
            Resampling = PreprocessingDescription.Of(context.Preprocessing).Resampling,
        };
        using DisposeScope scope = NewDisposeScope();
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
        ResumeRandom(checkpoint.Bytes(Checkpoint.RandomState), position.Ranks ?? 1);
        (EpochsDone, BatchesDone) = (position.EpochsDone, position.BatchesDone);
        // The answers that were counted are the first rank's from now on.
        RunningSums sums = position.Sums;
        Metrics = new RunningMetrics
        {
            Sums = context.Ranks.Rank == 0 ? sums : new(sums.Loss, 0, 0, 0) { Weight = sums.Weight ?? sums.Images },
        };
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

    // Each rank has numbers of its own, for dropout say; ranks that were not there before begin theirs.
    private void ResumeRandom(byte[] states, int ranks)
    {
        if (ranks < 1 || states.Length % ranks != 0)
            throw new InvalidDataException(
                $"'{context.Checkpoints!.File}' has the random state of other than {ranks} ranks: it is damaged."
            );
        int length = states.Length / ranks;
        if (context.Ranks.Rank < ranks)
            context.Random.State = states[(length * context.Ranks.Rank)..][..length];
    }
}
