using Microsoft.ML;
using Microsoft.ML.Runtime;
using Padam.MLNet.Optimizers;
using Padam.MLNet.Training;

namespace Padam.MLNet;

/// <summary>The test of <see cref="PadamCatalog.FindLearningRate"/>: a training whose rate is swept, and that leaves nothing.</summary>
internal static class LearningRateSearch
{
    internal static LearningRateCurve Run(
        IHostEnvironment env,
        ImageClassificationOptions options,
        IDataView data,
        double from,
        double to,
        int steps
    )
    {
        ImageClassificationOptions trial = Trial(options, from, steps);
        string faults = string.Join(Environment.NewLine, Faults(trial, from, to));
        if (faults.Length > 0)
            throw new ArgumentException(faults);
        var sweep = new LearningRateSweep(from, to, steps);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(options.CancellationToken);
        (trial.Schedule, trial.CancellationToken) = (sweep.ScheduleOver(trial.Optimizer.LearningRate), over.Token);
        trial.Compute = options.Compute with
        {
            Reader = batch =>
            {
                sweep.Add(batch);
                if (sweep.IsOver)
                    over.Cancel();
            },
        };
        try
        {
            new ImageClassificationTrainer(env, trial).Fit(data).Dispose();
        }
        catch (TrainingDivergedException)
        {
            // A rate that breaks the weights ends the test.
        }
        catch (OperationCanceledException) when (sweep.IsOver)
        {
            // By the reader above.
        }

        return sweep.Curve;
    }

    private static IEnumerable<string> Faults(ImageClassificationOptions trial, double from, double to)
    {
        if (!(from > 0) || !double.IsFinite(to) || to <= from)
            yield return $"The rate rises from {from} to {to}; both must be finite, the first above 0, the last above it.";
        if (trial.Optimizer is CustomOptimizerOptions)
            yield return "Optimizer is a CustomOptimizerOptions, whose factory sets the rates: no other can be tried. Search with one of "
                + "the library's optimizers, or try rates in the factory.";
        foreach (string fault in trial.Validate())
            yield return fault;
    }

    // All that would look at the trained network, or keep it, is left out. The optimizer keeps its own rate, to which others of its
    // settings stand in proportion (AdaBound's final rate); only from 0 no factor leads anywhere.
    private static ImageClassificationOptions Trial(ImageClassificationOptions options, double from, int steps)
    {
        ImageClassificationOptions trial = options.Copy();
        // An epoch has a step at least.
        (trial.Epochs, trial.Schedule) = (steps, Schedules.Schedule.Constant);
        if (options.Optimizer is { LearningRate: 0 } and not CustomOptimizerOptions)
            trial.Optimizer = options.Optimizer with { LearningRate = from };
        (trial.ValidationSet, trial.ValidationFraction, trial.RestoreBestWeights) = (null, 0, false);
        (trial.EarlyStopping, trial.ReduceOnPlateau, trial.Averaging) = (null, null, null);
        (trial.CheckpointFolder, trial.Resume) = (null, false);
        (trial.OptimizerRestartEpochs, trial.OptimizerRestarts) = (null, []);
        (trial.MetricsCallback, trial.ProgressCallback) = (null, null);
        return trial;
    }
}
