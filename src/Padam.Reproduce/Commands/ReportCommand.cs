using System.CommandLine;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Reporting;

namespace Padam.Reproduce.Commands;

/// <summary><c>report</c>: what the experiments in a folder came to, beside the report's numbers.</summary>
internal static class ReportCommand
{
    private static readonly Option<string> Out = Options.Named("--out", "The folder that the experiments wrote to.", "runs");

    public static Command Create()
    {
        var command = new Command(
            "report",
            "Gather the finished runs of experiments into figures, report.md and one self-contained report.html."
        )
        {
            Out,
        };
        command.SetAction(parsed =>
        {
            Write(parsed.GetValue(Out)!);
            return ExitCode.Success;
        });
        return command;
    }

    /// <summary>Writes the pages and says where, and what is not on them.</summary>
    public static void Write(string output)
    {
        var page = ReportPage.Write(output);
        foreach (ExperimentResults results in page.Experiments)
            Console.WriteLine($"{results.Plan.Name}, scale {results.Plan.Scale}, recipe {results.Plan.Recipe}: {results.Progress}.");
        Console.WriteLine(
            $"{Path.Combine(output, "report.html")}, {Path.Combine(output, "report.md")}, figures in {Path.Combine(output, "figures")}."
        );
        foreach (string sentence in page.SetAside)
            Console.Error.WriteLine($"Set aside: {sentence}");
    }

    /// <summary>One experiment's table, ours beside the report's.</summary>
    public static void Show(ExperimentResults results)
    {
        var report = ReportNumbers.Load();
        foreach (ResultGroup group in results.Groups)
        {
            Console.WriteLine($"{results.Plan.Title}: {group.Name}, scale {results.Plan.Scale}");
            Terminal.Write(
                ReportDocument.Columns(results.Plan, group),
                ReportDocument.Rows(results.Plan, group, report).Select(row => row.Select(cell => cell.Text))
            );
        }
    }
}
