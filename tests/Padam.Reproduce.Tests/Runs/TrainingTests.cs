using Microsoft.ML;
using Padam.MLNet;
using Padam.Reproduce.Data;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Runs;

/// <summary>A training from its settings to its files, in this process.</summary>
[TestClass]
public sealed class TrainingTests
{
    private static readonly RunSettings Settings = new()
    {
        DataSet = "synthetic",
        Backbone = "vgg-small",
        Optimizer = new OptimizerSettings("padam"),
        Recipe = "authors",
        Epochs = 2,
        BatchSize = 30,
    };

    private readonly TemporaryFolder _folder = new();

    private RunFiles Files => new(_folder["run"], "padam", "synthetic");

    private RunPlace Place => new() { Files = Files, Threads = 1 };

    private string Checkpoint => Path.Combine(Files.Checkpoint, "checkpoint.zip");

    [TestInitialize]
    public void WriteData()
    {
        TinyRun.WriteData(_folder);
        Directory.CreateDirectory(_folder["run"]);
    }

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    public void It_leaves_log_model_weights_and_summary_and_shows_each_batch_and_epoch()
    {
        var shown = new Shown();
        RunSummary summary = Run(Settings, Place, shown);

        CollectionAssert.AreEquivalent(
            new[] { Files.Log, Files.Model, Files.Weights, Files.Summary },
            Directory.GetFileSystemEntries(_folder["run"])
        );
        CollectionAssert.AreEqual(new[] { 1, 2 }, shown.Epochs);
        Assert.AreEqual(2 * 2, shown.Batches);
        IReadOnlyList<LogRow> log = TrainingLog.Read(Files.Log);
        Assert.AreEqual((2, log[^1].TestAccuracy, log[^1].Loss), (summary.Epochs, summary.TestAccuracy, summary.TrainLoss));

        MLContext mlContext = new(seed: 1);
        ImageData data = Data(mlContext);
        ITransformer model = mlContext.Model.Load(Files.Model, out DataViewSchema schema);
        Assert.IsNotNull(schema.GetColumnOrNull("Features"));
        using var classifier = (ImageClassificationTransformer)model;
        IDataView scored = classifier.Transform(data.Test.Rows);
        Assert.AreEqual(log[^1].TestAccuracy, Reproduce.Runs.TestResult.OfScored(mlContext, scored, classifier.Classes).Accuracy);
        StringAssert.StartsWith(System.Text.Encoding.ASCII.GetString(File.ReadAllBytes(Files.Weights), 1, 3), "HDF");
    }

    [TestMethod]
    public void Weights_that_are_not_trained_are_tested()
    {
        RunSummary trained = Run(Settings with { Epochs = 1 }, Place);
        Keep(Files.Model);
        RunSettings untrained = Settings with { Epochs = 0, Weights = _folder["w.safetensors"] };

        RunSummary summary = Run(untrained, Place with { Force = true });

        Assert.AreEqual((0, trained.TestAccuracy), (summary.Epochs, summary.TestAccuracy));
        Assert.AreEqual(trained.TestTop5!.Value, summary.TestTop5!.Value, 1e-12);
        Assert.IsEmpty(TrainingLog.Read(Files.Log));
    }

    [TestMethod]
    public void What_is_stopped_goes_on_where_it_was()
    {
        using var cancel = new CancellationTokenSource();
        var shown = new Shown { AtEpoch = epoch => (epoch == 1 ? cancel : null)?.Cancel() };
        Assert.ThrowsExactly<OperationCanceledException>(() => Run(Settings, Place, shown, cancel.Token));
        Assert.IsTrue(File.Exists(Checkpoint));
        Assert.IsNotNull(RunProgress.In(Files.Checkpoint));
        Assert.IsFalse(File.Exists(Files.Summary));

        var rest = new Shown();
        RunSummary summary = Run(Settings, Place with { Resume = true, KeepCheckpoint = true }, rest);
        CollectionAssert.AreEqual(new[] { 2 }, rest.Epochs);
        Assert.AreEqual((2, true), (summary.Epochs, summary.CheckpointKept));
        Assert.IsTrue(File.Exists(Checkpoint));

        RunSettings longer = Settings with { Epochs = 3, Milestones = [1] };
        // Begun with the recipe's own milestones, which for two epochs are these.
        var more = new Shown { AtEpoch = _ => Assert.IsFalse(File.Exists(Files.Summary), "it is unfinished again") };
        Run(longer, Place with { Resume = true }, more);
        Assert.AreEqual(3, RunSummary.Read(Files.Summary).Epochs);
    }

    [TestMethod]
    public void What_is_stopped_in_its_first_epoch_is_the_run_from_then_on()
    {
        FinishedRuns.Write(Files, Settings);
        Directory.CreateDirectory(Files.Checkpoint);
        File.WriteAllText(Checkpoint, "old");
        using var cancel = new CancellationTokenSource();
        var shown = new Shown { AtBatch = cancel.Cancel };
        Assert.ThrowsExactly<OperationCanceledException>(() => Run(Settings, Place with { Force = true }, shown, cancel.Token));

        Assert.IsFalse(Directory.Exists(Files.OldCheckpoint) || File.Exists(Files.Summary), "the old one is gone");
        Assert.IsNotNull(RunProgress.In(Files.Checkpoint), "its settings and its time are kept");
        RunSettings other = Settings with { Seed = 9 };
        Assert.ThrowsExactly<CommandException>(() => Run(other, Place with { Resume = true }));
        Assert.AreEqual(other.Id(), Run(other, Place with { Force = true }).Id);
    }

    [TestMethod]
    public void Its_epochs_are_TensorBoards_events_too_each_once_and_at_its_own_time()
    {
        RunPlace place = Place with { TensorBoard = _folder["events"], Threads = null };
        using var cancel = new CancellationTokenSource();
        var shown = new Shown { AtEpoch = epoch => (epoch == 1 ? cancel : null)?.Cancel() };
        Assert.ThrowsExactly<OperationCanceledException>(() => Run(Settings, place, shown, cancel.Token));
        RunSummary summary = Run(Settings, place with { Resume = true });

        Tensorboard.Event[] losses =
        [
            .. TensorBoardLogTests.Read(_folder["events"]).Where(one => one.Summary?.Value[0].Tag == "loss/train"),
        ];
        CollectionAssert.AreEqual(new long[] { 1, 2 }, losses.Select(one => one.Step).ToArray());
        CollectionAssert.AreEqual(
            summary.ByEpoch!.Select(epoch => epoch.Finished.ToUnixTimeMilliseconds() / 1000.0).ToArray(),
            losses.Select(one => Math.Floor(one.WallTime * 1000) / 1000).ToArray()
        );
        CollectionAssert.AreEqual(new[] { TorchSharp.torch.get_num_threads() }, summary.Threads!.ToArray());
        Assert.IsNull(summary.Ranks);
    }

    [TestMethod]
    public void An_old_run_stays_until_the_new_one_has_something_to_show()
    {
        FinishedRuns.Write(Files, Settings);
        Directory.CreateDirectory(Files.Checkpoint);
        File.WriteAllText(Checkpoint, "old");
        RunSettings missing = Settings with { Weights = _folder["none.safetensors"] };
        Assert.Throws<IOException>(() => Run(missing, Place with { Force = true }));
        Assert.AreEqual(("old", true), (File.ReadAllText(Checkpoint), File.Exists(Files.Summary)));

        var first = new Shown
        {
            AtEpoch = _ =>
            {
                Assert.IsFalse(File.Exists(Files.Summary), "an unfinished run has no summary");
                Assert.IsFalse(Directory.Exists(Files.OldCheckpoint), "the new one has its first epoch");
            },
        };
        Run(Settings, Place with { Force = true }, first);
        Assert.IsFalse(Directory.Exists(Files.OldCheckpoint));
        Assert.AreNotEqual(0.9, RunSummary.Read(Files.Summary).TestAccuracy);
    }

    [TestMethod]
    public void A_training_that_diverges_is_a_result_where_it_is_to_be_one()
    {
        RunSettings wild = Settings with
        {
            Optimizer = new("sgd") { LearningRate = 1e30 },
            Recipe = "authors",
        };
        Assert.ThrowsExactly<TrainingDivergedException>(() => Run(wild, Place));
        FinishedRuns.Write(Files, Settings);

        RunSummary summary = Run(wild, Place with { DivergenceIsResult = true, Force = true });

        Assert.AreEqual((1, 0), (summary.Diverged!.Epoch, summary.Epochs));
        Assert.IsNull(summary.TestAccuracy);
        Assert.IsFalse(File.Exists(Files.Model), "the old model is gone");
        Assert.IsFalse(Directory.Exists(Files.Checkpoint));
    }

    private void Keep(string model)
    {
        using var classifier = (ImageClassificationTransformer)new MLContext(seed: 1).Model.Load(model, out _);
        classifier.SaveWeights(_folder["w.safetensors"], WeightsFormat.Safetensors);
    }

    private ImageData Data(MLContext mlContext) =>
        ImageData.Load(mlContext, new ImageSource("synthetic", null, _folder["data"]), null, null);

    private RunSummary Run(RunSettings settings, RunPlace place, Shown? shown = null, CancellationToken cancel = default)
    {
        MLContext mlContext = RunContext.Of(_ => { }, settings.Seed);
        return Training.Run(mlContext, settings, place, Data(mlContext), shown ?? new Shown(), cancel)!;
    }

    private sealed class Shown : ITrainingDisplay
    {
        public List<int> Epochs { get; } = [];

        public int Batches { get; private set; }

        public Action<int>? AtEpoch { get; init; }

        public void Begin(string title) { }

        public Action? AtBatch { get; init; }

        public void Batch(TrainingProgress progress)
        {
            Batches++;
            AtBatch?.Invoke();
        }

        public void Epoch(EpochMetrics metrics)
        {
            Epochs.Add(metrics.Epoch);
            AtEpoch?.Invoke(metrics.Epoch);
        }

        public void Say(string line) { }

        public void Warn(string line) { }
    }
}
