using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Padam.Reproduce.Tests.Commands;

/// <summary><c>evaluate --distributed</c> on ranks, as mpirun starts them. Skipped where there is no Open MPI.</summary>
[TestClass]
public sealed class DistributedEvaluateTests
{
    // Two whole batches and a part of one: the first rank's share is larger, and ends in the part.
    private const int TestImages = 259;

    private const string Data = "--dataset synthetic --data data --threads 1";

    private static readonly TemporaryFolder Folder = new();

    public TestContext TestContext { get; set; } = null!;

    [ClassInitialize]
    public static async Task Train(TestContext context)
    {
        ConsoleResult made = await ConsoleProcess.Run(
            Folder.Path,
            ["data", "generate", "--data", "data", "--train", "200", "--test", $"{TestImages}"]
        );
        Assert.AreEqual(0, made.ExitCode, made.All);
        ConsoleResult trained = await ConsoleProcess.Run(Folder.Path, TinyRun.Words("--epochs", "4", "--test-limit", "20"));
        Assert.AreEqual(0, trained.ExitCode, trained.All);
    }

    [ClassCleanup]
    public static void Delete() => Folder.Dispose();

    [TestInitialize]
    public void Require() => MpiRun.Require();

    [TestMethod]
    [DataRow(2, TestImages)]
    [DataRow(3, 130)]
    [DataRow(2, 1)]
    public async Task The_first_rank_alone_prints_the_line_of_one_process(int ranks, int images)
    {
        string[] words = Words($"{TinyRun.Model}.zip", $"--test-limit {images}");
        ConsoleResult alone = await ConsoleProcess.Run(Folder.Path, words);
        MpiRun shared = await Ranks(ranks, words).Ended();
        TestContext.WriteLine($"{ranks} ranks: {string.Join('\n', shared.Output)}\n{shared.Error}");

        Assert.AreEqual(0, shared.ExitCode, shared.All);
        CollectionAssert.AreEqual(new[] { alone.Output.Trim() }, shared.Output);
        StringAssert.Contains(alone.Output, $"on {images} images");
    }

    [TestMethod]
    public async Task Page_and_JSON_have_the_bytes_of_those_of_one_process()
    {
        string[] words = Words($"{TinyRun.Model}.zip", "--json");
        ConsoleResult alone = await ConsoleProcess.Run(Folder.Path, [.. words, "--report", "alone/page.html"]);
        MpiRun shared = await Ranks(2, [.. words, "--report", "shared/page.html"]).Ended();

        Assert.AreEqual((0, 0), (alone.ExitCode, shared.ExitCode), alone.All + shared.All);
        CollectionAssert.AreEqual(new[] { alone.Output.Trim() }, shared.Output);
        CollectionAssert.AreEqual(File.ReadAllBytes(Folder["alone", "page.html"]), File.ReadAllBytes(Folder["shared", "page.html"]));
        Assert.HasCount(1, Directory.GetFiles(Folder["shared"]), "and nothing beside it");

        MpiRun again = await Ranks(2, [.. words, "--report", "shared/page.html"]).Ended();
        Assert.AreEqual(1, again.ExitCode, again.All);
        Assert.HasCount(1, Regex.Matches(again.Error, "'shared/page.html' exists"), again.All);
    }

    [TestMethod]
    public async Task Ranks_with_other_images_another_model_or_none_are_refused_and_named()
    {
        await ConsoleProcess.Run(
            Folder.Path,
            "data",
            "generate",
            "--data",
            "other",
            "--train",
            "60",
            "--test",
            $"{TestImages}",
            "--seed",
            "9"
        );
        ConsoleResult trained = await ConsoleProcess.Run(
            Folder.Path,
            TinyRun.Words("--epochs", "1", "--train-limit", "20", "--test-limit", "20", "--seed", "2", "--out", "second")
        );
        Assert.AreEqual(0, trained.ExitCode, trained.All);
        string model = $"{TinyRun.Model}.zip",
            own = string.Join(' ', Words(model));

        await Refused("Rank 1 of 2: The test data must be the same on all ranks", own, own.Replace("--data data", "--data other"));
        await Refused("Rank 1 of 2: The model's SHA-256 must be the same on all ranks", own, own.Replace("runs/", "second/"));
        await Refused("Rank 1 of 2: .*none.zip", own, own.Replace(model, "none.zip"));
    }

    [TestMethod]
    public async Task Without_mpirun_it_is_one_process_with_a_warning()
    {
        string[] words = Words($"{TinyRun.Model}.zip", "--test-limit 30");
        ConsoleResult alone = await ConsoleProcess.Run(Folder.Path, words),
            only = await ConsoleProcess.Run(Folder.Path, [.. words, "--distributed"]);
        Assert.AreEqual((0, alone.Output), (only.ExitCode, only.Output), only.All);
        StringAssert.Contains(only.Error, "Warning: --distributed, and this process is the only one: start it by mpirun -n or srun");
        Assert.AreEqual("", alone.Error);
    }

    private static async Task Refused(string expected, string first, string second)
    {
        // Each rank takes its own line.
        string script = $"if [ $OMPI_COMM_WORLD_RANK = 0 ]; then exec {Line(first)}; else exec {Line(second)}; fi";
        MpiRun run = await MpiRun.Start(2, Folder.Path, ["bash", "-c", script]).Ended();
        Assert.AreEqual(1, run.ExitCode, run.All);
        Assert.HasCount(1, Regex.Matches(run.Error, expected), run.All);
        Assert.IsEmpty(run.Output, run.All);
    }

    private static string Line(string words) => $"'{ConsoleProcess.Executable}' {words} --distributed";

    private static Process Ranks(int ranks, string[] words) =>
        MpiRun.Start(ranks, Folder.Path, [ConsoleProcess.Executable, .. words, "--distributed"]);

    private static string[] Words(string model, string more = "") =>
        [.. $"evaluate --model {model} {Data} {more}".Split(' ', StringSplitOptions.RemoveEmptyEntries)];
}
