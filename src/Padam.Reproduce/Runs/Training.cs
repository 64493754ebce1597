using System.Diagnostics;
using Microsoft.ML;
using Padam.MLNet;
using Padam.MLNet.Backbones;
using Padam.MLNet.Formats;
using Padam.MLNet.Optimizers;
using Padam.MLNet.Schedules;
using Padam.Reproduce.Data;
using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Runs;

/// <summary>Runs one training from its settings to its four files: log, model, weights, summary.</summary>
internal static class Training
{
    public static RunSummary Run(RunSettings settings, RunPlace place, ITrainingDisplay display, string title, CancellationToken cancel)
    {
        RunFiles files = place.Files;
        files.Prepare(place.Force);
        if (place.Force)
            files.RemoveFinished();
        else if (!place.Resume && files.IsUnfinished)
            throw new CommandException($"'{files.Checkpoint}' is an unfinished run. Go on with --resume, or start over with --force.");

        var mlContext = new MLContext(settings.Seed);
        Device.Choose(mlContext, place.Device);
        ImageData data = ImageData.Load(
            mlContext,
            settings.DataSet,
            settings.Labels,
            place.DataFolder,
            settings.TrainLimit,
            settings.TestLimit
        );
        ImageClassificationOptions options = Options(settings, place, data);

        using TensorBoardLog? board = place.TensorBoard is { } folder ? new TensorBoardLog(folder) : null;
        TrainingLog? log = null;
        EpochMetrics? last = null;
        options.CancellationToken = cancel;
        options.ProgressCallback = display.Batch;
        options.MetricsCallback = metrics =>
        {
            // The checkpoint knows how far it was; lines beyond it belong to epochs that are done again.
            log ??= place.Resume ? TrainingLog.Continue(files.Log, metrics.Epoch - 1) : TrainingLog.Start(files.Log);
            log.Append(LogRow.Of(metrics));
            board?.Append(metrics);
            display.Epoch(metrics);
            last = metrics;
        };

        display.Begin(title);
        long start = Stopwatch.GetTimestamp();
        using ImageClassificationTransformer model = mlContext.Padam().ImageClassifier(options).Fit(data.Train);
        AtomicFile.Write(files.Model, stream => mlContext.Model.Save(model, data.Train.Schema, stream));
        model.SaveWeights(files.Weights, WeightsFormat.KerasHdf5);
        // Weights that were taken as they are have no epoch's test pass to report.
        if (settings.Epochs == 0)
            TrainingLog.Start(files.Log);
        IReadOnlyList<LogRow> rows = TrainingLog.Read(files.Log);
        (double Accuracy, double Top5) test =
            rows.Count > 0 ? (rows[^1].TestAccuracy, rows[^1].TestTop5) : Measured(mlContext, model, data);
        RunSummary summary = RunSummary.Of(settings, rows, test, Stopwatch.GetElapsedTime(start), last?.ImagesPerSecond, place);
        summary.Write(files.Summary);
        files.RemoveUnfinished();
        return summary;
    }

    private static (double Accuracy, double Top5) Measured(MLContext mlContext, ImageClassificationTransformer model, ImageData data)
    {
        var result = TestResult.Of(mlContext, model, data.Test);
        return (result.Accuracy, result.Top5);
    }

    private static ImageClassificationOptions Options(RunSettings settings, RunPlace place, ImageData data)
    {
        Recipe recipe = Recipe.Parse(settings.Recipe);
        OptimizerOptionsBase optimizer = settings.Optimizer.Options();
        IReadOnlyList<int> milestones = settings.Milestones ?? recipe.Milestones(settings.Epochs);
        return new ImageClassificationOptions
        {
            FeatureColumnName = data.FeatureColumn,
            ImageSize = data.ImageSize,
            Backbone = recipe.Apply(Backbone.Parse(settings.Backbone)),
            Optimizer = recipe.Apply(optimizer),
            KernelL2 = recipe.KernelL2(optimizer),
            OptimizerRestartEpochs = recipe.RestartEpochs(settings.Epochs, settings.Milestones),
            Schedule = milestones.Count > 0 ? Schedule.MultiStep(milestones, settings.Gamma ?? 0.1) : Schedule.Constant,
            PartialSchedule = Partial(settings),
            Augmentation = new(CropPadding: recipe.CropPadding, Flip: true),
            Normalization = settings.DataSet switch
            {
                "cifar10" => Normalization.Cifar10,
                "cifar100" => Normalization.Cifar100,
                _ => null,
            },
            Epochs = settings.Epochs,
            BatchSize = settings.BatchSize,
            Seed = settings.Seed,
            ValidationSet = data.Test,
            InitialWeights = settings.Weights,
            CheckpointFolder = place.Files.Checkpoint,
            CheckpointEvery = place.CheckpointEvery,
            Resume = place.Resume,
            Threads = place.Threads,
        };
    }

    private static Schedule? Partial(RunSettings settings) =>
        settings.PartialDecay switch
        {
            null or { Kind: "constant" } => null,
            { Kind: "linear" } decay => Schedule.Linear(1, decay.To),
            { Kind: "step" } decay => Schedule.MultiStep([Math.Max(1, settings.Epochs / 2)], decay.To),
            { Kind: var kind } => throw new CommandException($"The decay of p '{kind}' is not known: use constant, linear or step."),
        };
}
