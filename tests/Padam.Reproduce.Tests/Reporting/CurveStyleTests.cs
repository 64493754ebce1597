using Padam.Reproduce.Experiments;
using Padam.Reproduce.Reporting;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Reporting;

[TestClass]
public sealed class CurveStyleTests
{
    [TestMethod]
    [DynamicData(nameof(Shipped))]
    public void Curves_of_one_figure_are_told_apart_without_their_colours(string experiment) =>
        RequireDifferent(SeriesOf(ExperimentFile.Shipped(experiment)));

    [TestMethod]
    public void One_curve_of_each_optimizer_and_a_dozen_of_one_are_told_apart_without_their_colours()
    {
        Experiment table2 = ExperimentFile.Shipped("table2");
        RequireDifferent(
            SeriesOf(table2 with { Series = [.. OptimizerSettings.Names.Select(name => new Series { Name = name, Optimizer = name })] })
        );
        RequireDifferent(
            SeriesOf(table2 with { Series = [.. Enumerable.Range(1, 12).Select(i => new Series { Name = $"{i}", Optimizer = "sgd" })] })
        );
    }

    [TestMethod]
    public void Padam_has_the_reports_dark_red_line_whole() =>
        Assert.AreEqual(
            new CurveStyle(ScottPlot.Colors.DarkRed, ScottPlot.LinePattern.Solid),
            CurveStyle.Of(SeriesOf(ExperimentFile.Shipped("table2")))[0]
        );

    public static IEnumerable<object[]> Shipped => ExperimentFile.ShippedNames.Select(name => new object[] { name });

    private static ResultSeries[] SeriesOf(Experiment experiment) =>
        [
            .. Planning
                .Of(experiment, Scale.Full, Recipe.Report, [1])
                .Runs.DistinctBy(run => run.Series)
                .Select(run => new ResultSeries(run.Series, run.Settings.Optimizer.Name, [new RunResult(run, [], null!)])),
        ];

    private static void RequireDifferent(ResultSeries[] series)
    {
        (string, float)[] styles = [.. CurveStyle.Of(series).Select(style => (style.Pattern.Name, style.Width))];
        Assert.HasCount(series.Length, styles);
        CollectionAssert.AllItemsAreUnique(styles);
    }
}
