using System.Text;
using Padam.MLNet.Formats;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Reporting;

/// <summary>Writes report.md, and report.html with everything in one file, beside the runs they are about.</summary>
/// <param name="Experiments">What is on the page.</param>
/// <param name="SetAside">What is not, since it is damaged: a sentence a file. And what a figure could not show.</param>
internal sealed record ReportPage(IReadOnlyList<ExperimentResults> Experiments, IReadOnlyList<string> SetAside)
{
    /// <summary>Gathers what is finished under <paramref name="output"/>, draws the figures and writes both pages.</summary>
    /// <exception cref="CommandException">There is no experiment that can be read.</exception>
    public static ReportPage Write(string output)
    {
        var setAside = new List<string>();
        List<ExperimentResults> experiments = [.. Plans(output, setAside).Select(plan => ExperimentResults.Gather(plan, output))];
        if (experiments.Count == 0)
        {
            throw new CommandException(
                $"'{output}' has no experiments{(setAside.Count > 0 ? " that can be read" : "")}. `experiment NAME --out {output}` runs "
                    + $"one; `experiment list` has the names. {string.Join(" ", setAside)}".TrimEnd()
            );
        }

        setAside.AddRange(experiments.SelectMany(results => results.Damaged).Distinct());
        setAside.AddRange(experiments.SelectMany(results => Draw(results, Path.Combine(output, "figures"))).Distinct());
        IReadOnlyList<Block> blocks = ReportDocument.Of(experiments, setAside, output);
        Write(Path.Combine(output, "report.md"), MarkdownPage.Of(blocks));
        Write(Path.Combine(output, "report.html"), HtmlPage.Of(blocks, output));
        return new ReportPage(experiments, setAside);
    }

    /// <summary>The plans, each once, with their runs where they lie.</summary>
    private static IEnumerable<ExperimentPlan> Plans(string output, List<string> setAside)
    {
        var index = new RunIndex(output);
        var files = new Dictionary<string, string>();
        foreach (string file in ExperimentPlan.FilesIn(output))
        {
            ExperimentPlan plan;
            try
            {
                plan = index.Locate(ExperimentPlan.Read(file));
            }
            catch (CommandException fault)
            {
                setAside.Add(fault.Message);
                continue;
            }

            if (files.TryAdd(plan.FileIn(output), file))
                yield return plan;
            else
                setAside.Add($"'{file}' is a second plan of {plan.Name}, beside '{files[plan.FileIn(output)]}'. Remove one of them.");
        }
    }

    /// <returns>Names that no font of this machine can write.</returns>
    private static List<string> Draw(ExperimentResults results, string folder)
    {
        var unwritten = new List<string>();
        foreach (ResultGroup group in results.Groups)
        {
            foreach (string kind in results.Plan.Figures)
            {
                string name = ReportDocument.FigureName(results.Plan, group, kind);
                if (CurveFigure.Write(folder, name, group, kind, $"scale {results.Plan.Scale}") is { Length: > 0 } letters)
                    unwritten.Add(
                        $"No font of this machine has the letters {letters}: the legend of figures/{name}.png has boxes in their place."
                    );
            }

            ClassTables.Draw(results.Plan, group, folder);
        }

        return unwritten;
    }

    private static void Write(string path, string text) => AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
}
