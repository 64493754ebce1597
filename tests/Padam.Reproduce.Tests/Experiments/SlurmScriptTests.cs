using System.Diagnostics;
using Padam.Reproduce.Experiments;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Experiments;

[TestClass]
public sealed class SlurmScriptTests
{
    private static readonly string[] Nasty =
    [
        "plain",
        "two words",
        "it's",
        "say \"no\"",
        "$(touch evil)",
        "`touch evil`",
        "a;b&c|d>e",
        "line\nbreak\r\n#SBATCH --evil",
        "tab\tand \\ backslash",
        "it's\nbroken",
        "试验",
        "",
        "*",
        "~",
        "!x",
    ];

    private static string[] Script(
        string title,
        string name,
        IReadOnlyList<string> words,
        string output,
        string device = "cpu",
        int? threads = null,
        int? ranks = null
    )
    {
        ExperimentPlan plan = Planning.Of(ExperimentFile.Shipped("table2"), Scale.Full, Recipe.Report, [1]);
        return SlurmScript.For(plan with { Title = title, Name = name }, 4, words, output, device, threads, ranks).Split('\n');
    }

    private static string[] Directives(string device, int? threads = null) =>
        [.. Script("title", "name", ["word"], "out", device, threads).Where(line => line.StartsWith("#SBATCH", StringComparison.Ordinal))];

    [TestMethod]
    public void No_title_name_or_path_writes_a_directive_or_a_line_of_its_own()
    {
        string[] plain = Script("title", "name", ["word"], "out");
        foreach (string nasty in Nasty)
        {
            string[] script = Script(nasty, nasty, [nasty], nasty);
            Assert.HasCount(plain.Length, script, nasty);
            CollectionAssert.AreEqual(
                plain.Where(line => line.StartsWith("#SBATCH", StringComparison.Ordinal)).Select(line => line.Split('=')[0]).ToArray(),
                script.Where(line => line.StartsWith("#SBATCH", StringComparison.Ordinal)).Select(line => line.Split('=')[0]).ToArray(),
                nasty
            );
            foreach (string directive in script.Where(line => line.StartsWith("#SBATCH", StringComparison.Ordinal)))
                Assert.HasCount(2, directive.Split(' '), directive);
        }
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task Every_word_reaches_the_program_as_it_was()
    {
        using TemporaryFolder folder = new();
        string command = Script("title", "name", ["experiment", .. Nasty], "out")
            .Single(line => line.Contains("SLURM_ARRAY_TASK_ID\" &", StringComparison.Ordinal));
        string words = command[command.IndexOf(" experiment ", StringComparison.Ordinal)..].TrimEnd('&', ' ');
        using Process bash = Process.Start(
            new ProcessStartInfo("bash", ["-c", $"printf '%s\\0' {words}"])
            {
                WorkingDirectory = folder.Path,
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
        string[] printed = (await bash.StandardOutput.ReadToEndAsync()).Split('\0');
        CollectionAssert.AreEqual(new[] { "experiment" }.Concat(Nasty).ToArray(), printed.Take(1 + Nasty.Length).ToArray());
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    [DataRow("cpu", false)]
    [DataRow("cuda", true)]
    [DataRow("cuda:3", true)]
    public void A_task_asks_for_one_GPU_where_the_runs_are_for_one_and_for_none_elsewhere(string device, bool asks) =>
        CollectionAssert.AreEqual(
            asks ? new[] { "#SBATCH --gres=gpu:1" } : [],
            Directives(device).Where(line => line.Contains("gpu", StringComparison.Ordinal)).ToArray()
        );

    [TestMethod]
    public void A_task_has_as_many_processors_as_its_run_has_threads_and_there_is_one_a_run()
    {
        CollectionAssert.Contains(Directives("cpu", threads: 7), "#SBATCH --cpus-per-task=7");
        CollectionAssert.Contains(Directives("cpu"), "#SBATCH --cpus-per-task=4");
        CollectionAssert.Contains(Directives("cpu"), "#SBATCH --array=0-3");
    }

    [TestMethod]
    public void A_task_of_ranks_asks_for_them_and_starts_them_by_mpirun_which_passes_on_that_they_are_to_stop()
    {
        string[] script = Script("title", "name", ["word"], "out", threads: 7, ranks: 3);
        CollectionAssert.Contains(script, "#SBATCH --ntasks=3");
        CollectionAssert.Contains(script, "#SBATCH --cpus-per-task=7");
        Assert.HasCount(1, script.Where(line => line.StartsWith("mpirun -n \"$SLURM_NTASKS\" ", StringComparison.Ordinal)).ToArray());
        CollectionAssert.Contains(script, "trap 'kill -USR1 \"$child\"' TERM");
        CollectionAssert.Contains(Script("title", "name", ["word"], "out"), "trap 'kill -TERM \"$child\"' TERM");
    }

    [TestMethod]
    [DataRow("my runs", "--out 'my runs'`")]
    [DataRow("it's", "--out 'it'\\''s'`")]
    [DataRow("a\nb", "--out $'a\\x0ab'`")]
    [DataRow("runs", "--out runs`")]
    public void The_command_that_gathers_the_results_can_be_copied_as_it_stands(string output, string said) =>
        Assert.IsTrue(Script("title", "name", ["word"], output).Any(line => line.Contains(said, StringComparison.Ordinal)));

    [TestMethod]
    [DataRow("cpu", "cpu")]
    [DataRow("cuda", "cuda")]
    [DataRow("cuda:3", "cuda")]
    public void A_task_sees_one_gpu_whatever_its_number(string device, string ofTask) =>
        Assert.AreEqual(ofTask, SlurmScript.DeviceOfTask(device));
}
