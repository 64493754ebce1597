using Microsoft.ML;
using Padam.MLNet;
using Padam.MLNet.Formats;
using Padam.Reproduce.Data;

namespace Padam.Reproduce.Runs;

/// <summary>Runs one training from its settings to its four files: log, model, weights, summary.</summary>
internal static class Training
{
    /// <param name="mlContext">The one that loaded the data.</param>
    /// <param name="settings">What to train.</param>
    /// <param name="place">Where; its files are locked by the caller.</param>
    /// <param name="data">On what.</param>
    /// <param name="display">Shows it.</param>
    /// <param name="cancel">Ends it after a batch, saved.</param>
    /// <returns>The summary; null where another rank writes it.</returns>
    public static RunSummary? Run(
        MLContext mlContext,
        RunSettings settings,
        RunPlace place,
        ImageData data,
        ITrainingDisplay display,
        CancellationToken cancel
    )
    {
        (RunFiles files, Communicator ranks) = (place.Files, place.Ranks);
        bool writes = ranks.Rank == 0;
        // Now, since the file of first weights may be gone when the training is over.
        RunRecord? record = ranks.Together(() => writes ? RunRecord.Begin(settings, place, data.Identity) : null);
        // Before another rank looks for a checkpoint.
        using ReplacedRun? replaced = ranks.Together(() => writes && place.Force ? new ReplacedRun(files) : null);

        ImageClassificationOptions options = TrainingOptions.Of(settings);
        options.ValidationSet = data.Test.Rows;
        options.CheckpointFolder = files.Checkpoint;
        options.CheckpointEvery = place.CheckpointEvery;
        options.Resume = place.Resume;
        options.Threads = place.Threads;
        // Unless its settings name shares, a run's numbers are those of one process, whoever computes them.
        (options.Distributed, options.SynchronizedBatchNorm) = (ranks, ranks.Size > 1 && settings.Shares is null);
        options.CancellationToken = cancel;
        options.ProgressCallback = display.Batch;
        options.MetricsCallback = metrics =>
        {
            replaced?.Remove();
            // A finished run that goes on for more epochs is unfinished again.
            files.RemoveFinished();
            record!.Add(metrics);
            display.Epoch(metrics);
        };

        ImageClassificationTransformer model;
        try
        {
            model = ranks.Together(() => mlContext.Padam().ImageClassifier(options)).Fit(data.Train.Rows);
        }
        catch (TrainingDivergedException fault) when (place.DivergenceIsResult)
        {
            replaced?.Remove();
            return record?.Finish(fault);
        }
        catch (OperationCanceledException) when (record is not null)
        {
            // What was stopped in its first epoch has a checkpoint, and is the run from now on.
            if (files.HasCheckpoint)
                replaced?.Remove();
            record.Interrupt();
            throw;
        }

        using (model)
        {
            if (record is null)
                return null;
            replaced?.Remove();
            AtomicFile.Write(files.Model, stream => mlContext.Model.Save(model, data.Train.Rows.Schema, stream));
            model.SaveWeights(files.Weights, WeightsFormat.KerasHdf5);
            // By the model itself: a run that was killed after its last epoch has no more of that epoch than the model.
            IDataView scored = mlContext.Data.Cache(model.Transform(data.Test.Rows), "Label", "Score", "PredictedLabel");
            // Weights that were taken as they are have no epoch's test pass to report.
            TestResult? measured = settings.Epochs == 0 ? TestResult.OfScored(mlContext, scored, model.Classes) : null;
            return record.Finish(measured, Confusion.Of(scored, model));
        }
    }
}
