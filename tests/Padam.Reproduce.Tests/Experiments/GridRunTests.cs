using Padam.Reproduce.Data;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Experiments;
using Padam.Reproduce.Reporting;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Experiments;

[TestClass]
public sealed class GridRunTests
{
    private readonly StringWriter _output = new(),
        _warnings = new();

    private static GridRun Grid(TemporaryFolder folder, string name = "table2", Scale? scale = null) =>
        new(
            Planning.Of(ExperimentFile.Shipped(name), scale ?? Scale.Quick, Recipe.Report, [1]),
            folder["out"],
            folder["data"],
            "cpu",
            Threads: 1
        );

    private int Execute(GridRun grid) => grid.Execute(grid.Runs, new PlainDisplay(_output, _warnings), CancellationToken.None);

    /// <summary>All runs of table2 at the scale quick, as if they were trained.</summary>
    private static GridRun Finished(TemporaryFolder folder)
    {
        GridRun grid = Grid(folder);
        foreach (PlannedRun run in grid.Runs)
            FinishedRuns.Write(run.Files(folder["out"]), run.Settings);
        return grid;
    }

    [TestMethod]
    public void Finished_runs_are_passed_over()
    {
        using TemporaryFolder folder = new();
        Assert.AreEqual(0, Execute(Finished(folder)));
        Assert.HasCount(
            4,
            _output.ToString().TrimEnd().Split('\n').Where(line => line.Contains("finished before", StringComparison.Ordinal))
        );
    }

    [TestMethod]
    public void A_finished_run_whose_model_was_removed_to_save_space_is_not_trained_again()
    {
        using TemporaryFolder folder = new();
        GridRun grid = Finished(folder);
        foreach (PlannedRun run in grid.Runs)
            File.Delete(run.Files(folder["out"]).Model);
        Assert.AreEqual(0, Execute(grid));
        StringAssert.Contains(_output.ToString(), "finished before");
    }

    [TestMethod]
    [DataRow("half a log")]
    [DataRow("no summary")]
    [DataRow("half a summary")]
    public void A_run_that_is_damaged_is_named_and_left_alone_and_the_others_go_on(string damage)
    {
        using TemporaryFolder folder = new();
        GridRun grid = Finished(folder);
        RunFiles files = grid.Runs[1].Files(folder["out"]);
        string damaged = damage.EndsWith("log", StringComparison.Ordinal) ? files.Log : files.Summary;
        if (damage == "no summary")
            File.Delete(damaged);
        else
            File.WriteAllBytes(damaged, File.ReadAllBytes(damaged)[..20]);
        string[] before = Content(files);

        Assert.AreEqual(1, Execute(grid));
        StringAssert.Contains(_warnings.ToString(), damaged);
        Assert.HasCount(3, _output.ToString().TrimEnd().Split('\n'));
        CollectionAssert.AreEqual(before, Content(files));
    }

    [TestMethod]
    public void A_run_that_another_process_trains_is_left_to_it_and_the_next_one_is_taken()
    {
        using TemporaryFolder folder = new();
        GridRun grid = Finished(folder);
        RunFiles files = grid.Runs[0].Files(folder["out"]);
        Directory.Delete(files.Folder, recursive: true);
        Directory.CreateDirectory(files.Folder);
        using RunLock? other = RunLock.Take(files.Lock);

        Assert.AreEqual(0, Execute(grid));
        string[] lines = _output.ToString().TrimEnd().Split('\n');
        StringAssert.Contains(lines[0], "another process trains it");
        Assert.HasCount(4, lines);
    }

    [TestMethod]
    [DataRow(20, 30, "holds 20 training images of cifar10, and scale desk wants 10,000")]
    [DataRow(10_000, 30, "holds 30 test images of cifar10, and scale desk wants 5,000")]
    public void A_part_of_cifar_is_refused_before_any_training(int train, int test, string said)
    {
        using TemporaryFolder folder = new();
        new SyntheticCifar(train, test, Seed: 1).Write(folder["data"]);
        File.WriteAllLines(folder["data", "batches.meta.txt"], CifarArchive.Cifar10Classes);

        GridRun grid = Grid(folder, scale: Scale.Desk);
        string message = Assert.ThrowsExactly<CommandException>(() => grid.RequireData(CancellationToken.None)).Message;
        StringAssert.Contains(message, said);
        Assert.IsFalse(Directory.Exists(folder["out"]));
    }

    [TestMethod]
    public void As_many_images_as_the_scale_wants_that_are_not_the_published_ones_are_taken_and_said()
    {
        using TemporaryFolder folder = new();
        new SyntheticCifar(10_000, 5_000, Seed: 1).Write(folder["data"]);
        File.WriteAllLines(folder["data", "batches.meta.txt"], CifarArchive.Cifar10Classes);
        string remark = Grid(folder, scale: Scale.Desk).RequireData(CancellationToken.None).Single();
        StringAssert.Contains(remark, "not the published cifar10: data_batch_1.bin, ");
    }

    private static string[] Content(RunFiles files) =>
        [
            .. Directory
                .GetFiles(files.Folder)
                .Order(StringComparer.Ordinal)
                .Select(file => $"{file} {Convert.ToBase64String(File.ReadAllBytes(file))}"),
        ];
}
