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
        "试验",
        "",
        "*",
        "~",
        "!x",
    ];

    private static string[] Script(string title, string name, IReadOnlyList<string> words, string output)
    {
        ExperimentPlan plan = Planning.Of(ExperimentFile.Shipped("table2"), Scale.Full, Recipe.Report, [1]);
        return SlurmScript.For(plan with { Title = title, Name = name }, 4, words, output, "cpu", null).Split('\n');
    }

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
    [DataRow("cpu", "cpu")]
    [DataRow("cuda", "cuda")]
    [DataRow("cuda:3", "cuda")]
    public void A_task_sees_one_gpu_whatever_its_number(string device, string ofTask) =>
        Assert.AreEqual(ofTask, SlurmScript.DeviceOfTask(device));
}
