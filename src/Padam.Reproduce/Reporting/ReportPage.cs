using System.Text;
using Padam.MLNet.Formats;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Reporting;

/// <summary>Writes report.md, and report.html with everything in one file, beside the runs they are about.</summary>
internal static class ReportPage
{
    /// <summary>Gathers what is finished under <paramref name="output"/>, draws the figures and writes both pages.</summary>
    /// <returns>The experiments on them.</returns>
    public static IReadOnlyList<ExperimentResults> Write(string output)
    {
        List<ExperimentResults> experiments = [.. ExperimentPlan.In(output).Select(plan => ExperimentResults.Gather(plan, output))];
        if (experiments.Count == 0)
            throw new CommandException(
                $"'{output}' has no experiments. `experiment NAME --out {output}` runs one; `experiment list` has the names."
            );
        foreach (ExperimentResults results in experiments)
        foreach (ResultGroup group in results.Groups)
        foreach (string kind in results.Plan.Figures)
            CurveFigure.Write(
                Path.Combine(output, "figures"),
                ReportDocument.FigureName(results.Plan, group, kind),
                group,
                kind,
                $"scale {results.Plan.Scale}"
            );

        IReadOnlyList<Block> blocks = ReportDocument.Of(experiments, output);
        AtomicFile.Write(Path.Combine(output, "report.md"), stream => stream.Write(Encoding.UTF8.GetBytes(MarkdownPage.Of(blocks))));
        AtomicFile.Write(Path.Combine(output, "report.html"), stream => stream.Write(Encoding.UTF8.GetBytes(HtmlPage.Of(blocks, output))));
        return experiments;
    }
}
