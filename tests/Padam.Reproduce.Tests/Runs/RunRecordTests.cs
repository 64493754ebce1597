using Padam.MLNet;
using Padam.Reproduce.Data;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Runs;

/// <summary>What a run writes of its epochs, without a training.</summary>
[TestClass]
public sealed class RunRecordTests
{
    private static readonly RunSettings Settings = new()
    {
        DataSet = "synthetic",
        Backbone = "vgg-small",
        Optimizer = new OptimizerSettings("padam"),
        Recipe = "authors",
        Epochs = 3,
    };
    private static readonly DataIdentity Data = new()
    {
        Train = new(40, 60),
        Test = new(20, 30),
        Files = [],
    };
    private readonly TemporaryFolder _folder = new();

    private RunFiles Files => new(_folder.Path, "padam", "synthetic");

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    public void Each_column_of_the_log_has_its_own_metric() =>
        Assert.AreEqual(new LogRow(0, 0.11, 1.1, 0.12, 0.21, 2.1, 0.22, 0.1, 0.125), LogRow.Of(Metrics(1)));

    [TestMethod]
    public void The_summary_has_the_last_epochs_results_and_the_best_of_all()
    {
        RunRecord record = Begun();
        for (int epoch = 1; epoch <= 3; epoch++)
            record.Add(Metrics(epoch, accuracy: epoch == 2 ? 0.9 : null));
        RunSummary summary = record.Finish(measured: null);

        Assert.AreEqual(
            (Settings.Id(), 3, 0.23, 0.24, 0.25, 0.9, 1.3, 300.0),
            (
                summary.Id,
                summary.Epochs,
                summary.TestAccuracy,
                summary.TestTop5,
                summary.TestMacroAccuracy,
                summary.BestTestAccuracy,
                summary.TrainLoss,
                summary.ImagesPerSecond
            )
        );
        CollectionAssert.AreEqual(
            new[] { (1, 0.14, 0.23), (2, 0.15, 0.24), (3, 0.16, 0.25) },
            summary.ByEpoch!.Select(epoch => (epoch.Epoch, Round(epoch.MacroAccuracy), Round(epoch.TestMacroAccuracy))).ToArray()
        );
        Assert.AreEqual((Data.Train, Data.Test, "cpu"), (summary.Data!.Train, summary.Data.Test, summary.Device));
        Assert.AreEqual(FileIdentity.Of(Files.Log), summary.Log);
        CollectionAssert.AreEquivalent(RunIdentity.Of(Settings).ToDictionary().ToArray(), summary.Resolved!.ToArray());
        Assert.IsNull(summary.Diverged);
        Assert.AreEqual(summary.TestAccuracy, RunSummary.Read(Files.Summary).TestAccuracy);
        Assert.IsFalse(Directory.Exists(Files.Checkpoint), "the run is finished");
    }

    [TestMethod]
    public void Weights_that_are_taken_as_they_are_have_the_results_of_their_test_pass()
    {
        RunSettings untrained = Settings with { Epochs = 0 };
        RunSummary summary = RunRecord
            .Begin(untrained, new RunPlace { Files = Files, Threads = 1 }, Data)
            .Finish(new Reproduce.Runs.TestResult(0.5, 0.75, 1.5, 20) { Macro = 0.25 });

        Assert.AreEqual(
            (0, 0.5, 0.75, 0.25, 0.5),
            (summary.Epochs, summary.TestAccuracy, summary.TestTop5, summary.TestMacroAccuracy, summary.BestTestAccuracy)
        );
        Assert.IsNull(summary.TrainLoss);
        Assert.IsEmpty(TrainingLog.Read(Files.Log));
    }

    [TestMethod]
    public void A_run_that_goes_on_adds_up_its_time_and_does_what_lies_beyond_the_checkpoint_again()
    {
        RunRecord before = Begun();
        before.Add(Metrics(1));
        before.Add(Metrics(2));
        // The checkpoint is of the first epoch.
        File.WriteAllText(Path.Combine(Files.Checkpoint, "checkpoint.zip"), "");
        (RunProgress.In(Files.Checkpoint)! with { Seconds = 1000 }).Write(Files.Checkpoint);

        RunRecord record = Begun(resume: true);
        record.Add(Metrics(2, accuracy: 0.5));
        record.Add(Metrics(3));
        RunSummary summary = record.Finish(measured: null);

        CollectionAssert.AreEqual(new[] { 1, 2, 3 }, summary.ByEpoch!.Select(epoch => epoch.Epoch).ToArray());
        CollectionAssert.AreEqual(new[] { 0.21, 0.5, 0.23 }, TrainingLog.Read(Files.Log).Select(row => Round(row.TestAccuracy)).ToArray());
        Assert.IsGreaterThan(1000, summary.Seconds);
    }

    [TestMethod]
    [DataRow(true, true, true)]
    [DataRow(true, false, false)]
    [DataRow(false, true, false)]
    public void A_run_had_the_machine_to_itself_only_where_all_its_parts_had_and_has_the_threads_of_each(bool first, bool then, bool alone)
    {
        RunRecord
            .Begin(
                Settings,
                new RunPlace
                {
                    Files = Files,
                    Threads = 2,
                    Alone = first,
                },
                Data
            )
            .Add(Metrics(1));
        File.WriteAllText(Path.Combine(Files.Checkpoint, "checkpoint.zip"), "");

        var later = new RunPlace
        {
            Files = Files,
            Threads = 1,
            Alone = then,
            Resume = true,
        };
        var record = RunRecord.Begin(Settings, later, Data);
        record.Add(Metrics(2));
        record.Add(Metrics(3));
        record.Finish(measured: null);

        var summary = RunSummary.Read(Files.Summary);
        Assert.AreEqual(alone, summary.Alone);
        CollectionAssert.AreEqual(new[] { 2, 1 }, summary.Threads!.ToArray());
        Assert.IsTrue(summary.ByEpoch!.All(epoch => epoch.Seconds >= 0));
    }

    [TestMethod]
    public void A_log_that_is_shorter_than_its_checkpoint_is_refused_in_the_end_too()
    {
        RunRecord record = Begun();
        record.Add(Metrics(1));
        StringAssert.Contains(
            Assert.ThrowsExactly<CommandException>(() => record.Finish(measured: null)).Message,
            "has 1 whole epochs, its checkpoint has 3"
        );
        Assert.IsFalse(File.Exists(Files.Summary));
    }

    [TestMethod]
    public void An_unfinished_run_whose_log_is_gone_is_refused_before_it_goes_on()
    {
        Begun().Add(Metrics(1));
        File.WriteAllText(Path.Combine(Files.Checkpoint, "checkpoint.zip"), "");
        File.Delete(Files.Log);
        StringAssert.Contains(Assert.ThrowsExactly<CommandException>(() => Begun(resume: true)).Message, Files.Log);
    }

    [TestMethod]
    public void A_run_that_is_stopped_before_its_first_checkpoint_leaves_no_progress()
    {
        Begun().Interrupt();
        Assert.IsNull(RunProgress.In(Files.Checkpoint));

        Directory.CreateDirectory(Files.Checkpoint);
        File.WriteAllText(Path.Combine(Files.Checkpoint, "checkpoint.zip"), "");
        Begun().Interrupt();
        Assert.IsNotNull(RunProgress.In(Files.Checkpoint));
    }

    [TestMethod]
    [DataRow(true, true, true)]
    [DataRow(true, false, false)]
    [DataRow(false, true, false)]
    public void A_checkpoint_is_kept_where_it_is_to_be_and_there_is_one(bool keep, bool isThere, bool kept)
    {
        RunRecord record = RunRecord.Begin(
            Settings with
            {
                Epochs = 1,
            },
            new RunPlace
            {
                Files = Files,
                Threads = 1,
                KeepCheckpoint = keep,
            },
            Data
        );
        record.Add(Metrics(1));
        if (isThere)
            File.WriteAllText(Path.Combine(Files.Checkpoint, "checkpoint.zip"), "");

        Assert.AreEqual(kept, record.Finish(measured: null).CheckpointKept);
        Assert.AreEqual(kept, Files.HasCheckpoint);
    }

    private RunRecord Begun(bool resume = false) =>
        RunRecord.Begin(
            Settings,
            new RunPlace
            {
                Files = Files,
                Threads = 1,
                Resume = resume,
            },
            Data
        );

    private static double Round(double? value) => Math.Round(value!.Value, 12);

    /// <summary>An epoch, none of whose numbers is another's.</summary>
    private static EpochMetrics Metrics(int epoch, double? accuracy = null) =>
        new()
        {
            Epoch = epoch,
            Epochs = 3,
            Accuracy = Round(0.1 + (0.01 * epoch)),
            Loss = Round(1 + (0.1 * epoch)),
            Top5Accuracy = Round(0.11 + (0.01 * epoch)),
            MacroAccuracy = Round(0.13 + (0.01 * epoch)),
            ValidationAccuracy = accuracy ?? Round(0.2 + (0.01 * epoch)),
            ValidationLoss = Round(2 + (0.1 * epoch)),
            ValidationTop5Accuracy = Round(0.21 + (0.01 * epoch)),
            ValidationMacroAccuracy = Round(0.22 + (0.01 * epoch)),
            ValidationMacroF1 = 0.01,
            ValidationLogLoss = 9,
            LearningRate = 0.1,
            Partial = 0.125,
            ImagesPerSecond = 100 * epoch,
        };
}
