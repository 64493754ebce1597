using System.Text;
using Padam.Reproduce.Data;
using ScottPlot;

namespace Padam.Reproduce.Reporting;

/// <summary>The curves of a group by epoch, in the report's colours and line styles: the mean over the seeds, and a band of one standard deviation.</summary>
internal static class CurveFigure
{
    private const int Width = 760, Height = 480;

    /// <summary>What the report draws each optimizer with.</summary>
    private static readonly Dictionary<string, (Color Colour, LinePattern Pattern)> Styles = new()
    {
        ["padam"] = (Colors.DarkRed, LinePattern.Solid),
        ["adam"] = (Colors.Orange, LinePattern.Dashed),
        ["adamw"] = (Colors.Magenta, LinePattern.Dashed),
        ["amsgrad"] = (Colors.DarkGreen, new LinePattern([8, 3, 2, 3], 0, "dash-dot")),
        ["sgd"] = (Colors.Blue, LinePattern.Solid),
    };

    private static readonly Color[] Further = [Colors.DarkRed, Colors.Blue, Colors.DarkGreen, Colors.Orange, Colors.Purple, Colors.Teal, Colors.Magenta, Colors.Gray, Colors.Olive];

    private static readonly Dictionary<string, (string Title, Func<LogRow, double> Value)> Kinds = new()
    {
        ["train-loss"] = ("training loss", row => row.Loss),
        ["test-error"] = ("test error, %", row => 100 * (1 - row.TestAccuracy)),
        ["top5-error"] = ("top-5 test error, %", row => 100 * (1 - row.TestTop5)),
    };

    public static string Title(string kind) => Kinds[kind].Title;

    /// <summary>Writes FOLDER/NAME.png and .svg.</summary>
    public static void Write(string folder, string name, ResultGroup group, string kind, string scale)
    {
        Directory.CreateDirectory(folder);
        using Plot plot = Draw(group, kind, scale);
        AtomicFile.Write(Path.Combine(folder, name + ".png"), stream => stream.Write(plot.GetImageBytes(Width, Height, ImageFormat.Png)));
        AtomicFile.Write(Path.Combine(folder, name + ".svg"), stream => stream.Write(Encoding.UTF8.GetBytes(plot.GetSvgXml(Width, Height))));
    }

    private static Plot Draw(ResultGroup group, string kind, string scale)
    {
        var plot = new Plot();
        bool oneOptimizer = group.Series.Select(series => series.Optimizer).Distinct().Count() < group.Series.Count;
        foreach ((int i, ResultSeries series) in group.Series.Index())
        {
            (Color colour, LinePattern pattern) = oneOptimizer || !Styles.TryGetValue(series.Optimizer, out var style) ? (Further[i % Further.Length], LinePattern.Solid) : style;
            AddCurve(plot, series, Kinds[kind].Value, colour, pattern);
        }

        plot.Title($"{group.Name} ({scale})", 14);
        plot.XLabel("epoch");
        plot.YLabel(Kinds[kind].Title);
        plot.ShowLegend(Alignment.UpperRight);
        return plot;
    }

    private static void AddCurve(Plot plot, ResultSeries series, Func<LogRow, double> value, Color colour, LinePattern pattern)
    {
        Spread[] points = [.. Enumerable.Range(0, series.Epochs).Select(epoch => series.At(epoch, value)!)];
        double[] epochs = [.. points.Index().Select(point => point.Index + 1.0)];
        if (points.Any(point => point.Deviation > 0))
        {
            var band = plot.Add.FillY(epochs, [.. points.Select(point => point.Mean - (point.Deviation ?? 0))], [.. points.Select(point => point.Mean + (point.Deviation ?? 0))]);
            band.FillStyle.Color = colour.WithAlpha(0.15);
            band.LineStyle.Width = 0;
            band.MarkerStyle.IsVisible = false;
        }

        var line = plot.Add.ScatterLine(epochs, points.Select(point => point.Mean).ToArray());
        (line.Color, line.LinePattern, line.LineWidth, line.LegendText) = (colour, pattern, 2, series.Name);
    }
}
