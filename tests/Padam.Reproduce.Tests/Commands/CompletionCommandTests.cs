using System.Diagnostics;
using Padam.Reproduce.Commands;

namespace Padam.Reproduce.Tests.Commands;

/// <summary><c>completion</c>, and the directive that its scripts ask.</summary>
[TestClass]
public sealed class CompletionCommandTests
{
    [TestMethod]
    [DataRow("padam-reproduce ev", "evaluate")]
    [DataRow("padam-reproduce ", "run evaluate predict export verify experiment report data new doctor completion")]
    [DataRow("padam-reproduce evaluate --da", "--data --dataset")]
    [DataRow("padam-reproduce evaluate --model m.zip --dataset cifar", "cifar10 cifar100")]
    [DataRow("padam-reproduce data down", "download")]
    [DataRow("padam-reproduce completion ", "bash zsh fish pwsh")]
    [DataRow("some/where/padam-reproduce evaluate --thr", "--threads")]
    public async Task A_line_that_is_not_finished_is_asked_for_what_can_follow(string line, string expected)
    {
        using TemporaryFolder folder = new();
        ConsoleResult result = await ConsoleProcess.Run(folder.Path, $"[suggest:{line.Length}]", line);

        Assert.AreEqual(0, result.ExitCode, result.All);
        Assert.AreEqual("", result.Error);
        CollectionAssert.IsSubsetOf(expected.Split(' '), result.Output.Split(Environment.NewLine), result.Output);
    }

    [TestMethod]
    [DataRow("padam-reproduce evaluate --model ")]
    [DataRow("padam-reproduce run --data da")]
    public async Task Where_a_file_belongs_nothing_is_said_so_that_the_shell_completes_files(string line)
    {
        using TemporaryFolder folder = new();
        ConsoleResult result = await ConsoleProcess.Run(folder.Path, $"[suggest:{line.Length}]", line);
        Assert.AreEqual((0, ""), (result.ExitCode, result.Output.Trim()), result.All);
    }

    [TestMethod]
    [DataRow("padam-reproduce evaluate --thr", "--threads")]
    [DataRow("padam-reproduce evaluate --dataset cifar1", "cifar10 cifar100")]
    [DataRow("padam-reproduce ver", "verify")]
    public async Task Bash_completes_a_line_by_the_script(string line, string expected)
    {
        if (!File.Exists("/bin/bash"))
            Assert.Inconclusive("There is no bash here.");
        // What bash does at a tab: the words of the line, then the function that the script registered.
        const string Tab = """
            source <("$1" completion bash) || exit 1
            [[ $(complete -p padam-reproduce) == *"-F _padam_reproduce"* ]] || exit 2
            COMP_LINE=$2 COMP_POINT=${#2}
            read -ra COMP_WORDS <<<"$2"
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _padam_reproduce padam-reproduce "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
            printf '%s\n' "${COMPREPLY[@]}"
            """;
        var start = new ProcessStartInfo("/bin/bash", ["--norc", "-c", Tab, "bash", ConsoleProcess.Executable, line])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = $"{AppContext.BaseDirectory}:{Environment.GetEnvironmentVariable("PATH")}";
        ConsoleResult result = await Process.Start(start)!.Result();

        Assert.AreEqual(0, result.ExitCode, result.All);
        CollectionAssert.AreEqual(expected.Split(' '), result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), result.All);
    }

    [TestMethod]
    public async Task Each_shell_has_a_script_that_asks_the_directive_and_says_where_it_goes()
    {
        using TemporaryFolder folder = new();
        foreach (string shell in CompletionCommand.Shells)
        {
            ConsoleResult result = await ConsoleProcess.Run(folder.Path, "completion", shell);
            Assert.AreEqual(0, result.ExitCode, result.All);
            StringAssert.Contains(result.Output, "[suggest:");
            StringAssert.Contains(result.Output, $"`{(shell is "bash" or "zsh" ? "source <(" : "")}padam-reproduce completion {shell}");
        }

        ConsoleResult strange = await ConsoleProcess.Run(folder.Path, "completion", "tcsh");
        Assert.AreEqual(2, strange.ExitCode, strange.All);
        StringAssert.Contains(strange.Error, "tcsh");
    }
}
