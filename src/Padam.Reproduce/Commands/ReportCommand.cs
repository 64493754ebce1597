using System.CommandLine;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Reporting;
using Spectre.Console;

namespace Padam.Reproduce.Commands;

/// <summary><c>report</c>: what the experiments in a folder came to, beside the report's numbers.</summary>
internal static class ReportCommand
{
    private static readonly Option<string> Out = new("--out")
    {
        Description = "The folder that the experiments wrote to.",
        DefaultValueFactory = _ => "runs",
    };

    public static Command Create()
    {
        var command = new Command("report", "Gather finished runs into figures, report.md and one self-contained report.html.") { Out };
        command.SetAction(parsed =>
        {
            Write(parsed.GetValue(Out)!);
            return ExitCode.Success;
        });
        return command;
    }

    /// <summary>Writes the pages and says where.</summary>
    public static void Write(string output)
    {
        IReadOnlyList<ExperimentResults> experiments = ReportPage.Write(output);
        foreach (ExperimentResults results in experiments)
            Console.WriteLine($"{results.Plan.Name}, scale {results.Plan.Scale}, recipe {results.Plan.Recipe}: {results.Progress}.");
        Console.WriteLine(
            $"{Path.Combine(output, "report.html")}, {Path.Combine(output, "report.md")}, figures in {Path.Combine(output, "figures")}."
        );
    }

    /// <summary>One experiment's table, ours beside the report's.</summary>
    public static void Show(ExperimentResults results)
    {
        ReportNumbers report = ReportNumbers.Load();
        foreach (ResultGroup group in results.Groups)
        {
            Console.WriteLine($"{results.Plan.Title}: {group.Name}, scale {results.Plan.Scale}");
            Table table = new Table().AddColumns([.. ReportDocument.Columns]);
            foreach (IReadOnlyList<Cell> row in ReportDocument.Rows(results.Plan, group, report))
                table.AddRow([.. row.Select(cell => Markup.Escape(cell.Text))]);
            Terminal.Write(table);
        }
    }
}
