using System.Globalization;
using System.Text;
using Padam.MLNet.Formats;
using Padam.Reproduce.Runs;
using ScottPlot;
using ScottPlot.TickGenerators;
using SkiaSharp;

namespace Padam.Reproduce.Reporting;

/// <summary>
/// The curves of a group by epoch, in the report's colours and line styles: the mean over the seeds, and a band of one standard deviation.
/// </summary>
internal static class CurveFigure
{
    // Small, so that its letters can still be read where a phone shrinks it; the PNG has twice the pixels for print.
    private const int Width = 480,
        HeightWithOneRow = 360,
        RowHeight = 18,
        FontSize = 12,
        SymbolWidth = 28,
        PngScale = 2;

    // Rates of Adam are a hundredth of SGD's.
    private static readonly Dictionary<string, Kind> Kinds = new()
    {
        ["train-loss"] = new("training loss", row => row.Loss),
        ["train-error"] = new("training error, %", row => 100 * (1 - row.Accuracy)),
        ["test-error"] = new("test error, %", row => 100 * (1 - row.TestAccuracy)),
        ["top5-error"] = new("top-5 test error, %", row => 100 * (1 - row.TestTop5)),
        ["learning-rate"] = new("learning rate", row => row.LearningRate, IsLogarithmic: true),
    };

    /// <summary>What is to be seen, for those who don't see it: what is drawn, and where each curve ends.</summary>
    public static string Description(ResultGroup group, string kind, string scale)
    {
        (string title, Func<LogRow, double> value, _) = Kinds[kind];
        IEnumerable<string> ends = group
            .Series.Where(series => series.Epochs > 0)
            .Select(series => $"{series.Name} {Number(series.At(series.Epochs - 1, value)!.Mean)} after epoch {series.Epochs}");
        return $"{title} by epoch, {group.Name}, {scale}: {string.Join(", ", ends)}";
    }

    private static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    /// <summary>Writes FOLDER/NAME.png and .svg.</summary>
    /// <returns>The letters of the legend that no font of this machine has.</returns>
    public static string Write(string folder, string name, ResultGroup group, string kind, string scale)
    {
        Directory.CreateDirectory(folder);
        string font = LegendFont.For(group.Series.Select(LegendText), BrowserDrawing.Font);
        int rows = LegendRows(group, font),
            height = HeightWithOneRow + (rows - 1) * RowHeight;
        using Plot plot = Draw(group, kind, scale);
        AddLegend(plot, rows, font);
        AtomicFile.Write(
            Path.Combine(folder, name + ".svg"),
            stream => stream.Write(Encoding.UTF8.GetBytes(BrowserDrawing.Of(plot, Width, height)))
        );
        plot.ScaleFactor = PngScale;
        AtomicFile.Write(
            Path.Combine(folder, name + ".png"),
            stream => stream.Write(plot.GetImageBytes(PngScale * Width, PngScale * height, ImageFormat.Png))
        );
        return LegendFont.Missing(group.Series.Select(LegendText), font);
    }

    private static Plot Draw(ResultGroup group, string kind, string scale)
    {
        var plot = new Plot();
        plot.Font.Set(BrowserDrawing.Font);
        IReadOnlyList<CurveStyle> styles = CurveStyle.Of(group.Series);
        foreach ((int i, ResultSeries series) in group.Series.Index())
            AddCurve(plot, series, Kinds[kind].Drawn, styles[i]);

        plot.Title($"{group.Name} ({scale})", FontSize + 1);
        plot.Axes.Title.Label.Bold = false;
        foreach (
            (IAxis axis, string label, bool whole) in new[]
            {
                ((IAxis)plot.Axes.Bottom, "epoch", true),
                (plot.Axes.Left, Kinds[kind].Title, false),
            }
        )
        {
            (axis.Label.Text, axis.Label.FontSize, axis.Label.Bold, axis.TickLabelStyle.FontSize) = (label, FontSize + 1, false, FontSize);
            bool logarithmic = !whole && Kinds[kind].IsLogarithmic;
            var ticks = new NumericAutomatic
            {
                IntegerTicksOnly = whole || logarithmic,
                TickDensity = 0.6,
                MinorTickGenerator = new EvenlySpacedMinorTickGenerator(1),
            };
            if (logarithmic)
                ticks.LabelFormatter = exponent => Number(Math.Pow(10, exponent));
            axis.TickGenerator = ticks;
        }

        (plot.Axes.Top.FrameLineStyle.Width, plot.Axes.Right.FrameLineStyle.Width) = (0, 0);
        return plot;
    }

    // Below the axes, where it covers no curve.
    private static void AddLegend(Plot plot, int rows, string font)
    {
        var panel = plot.ShowLegend(Edge.Bottom);
        Legend legend = panel.Legend;
        legend.FontName = font;
        (legend.Orientation, legend.FontSize, legend.SymbolWidth, legend.OutlineWidth, legend.ShadowColor) = (
            Orientation.Horizontal,
            FontSize,
            SymbolWidth,
            0,
            Colors.Transparent
        );
        (panel.Padding, legend.Padding, legend.Margin, panel.MinimumSize) = (
            new PixelPadding(0),
            new PixelPadding(0),
            new PixelPadding(0),
            rows * RowHeight + 6
        );
    }

    // ScottPlot breaks a legend into rows as wide as its longest name allows, but does not make room for them.
    private static int LegendRows(ResultGroup group, string name)
    {
        const int Gaps = 15,
            Sides = 60;
        using var font = new SKFont(Fonts.GetTypeface(name, bold: false, italic: false), FontSize);
        double column = group.Series.Max(series => font.MeasureText(LegendText(series))) + SymbolWidth + Gaps;
        return (int)Math.Ceiling(group.Series.Count / Math.Max(1, Math.Floor((Width - Sides) / column)));
    }

    private static string LegendText(ResultSeries series) =>
        series.Diverged.Any()
            ? $"{series.Name} (diverged at epoch {string.Join(", ", series.Diverged.Select(run => run.Epoch).Distinct().Order())})"
            : series.Name;

    private sealed record Kind(string Title, Func<LogRow, double> Value, bool IsLogarithmic = false)
    {
        public Func<LogRow, double> Drawn => IsLogarithmic ? row => Math.Log10(Value(row)) : Value;
    }

    private static void AddCurve(Plot plot, ResultSeries series, Func<LogRow, double> value, CurveStyle style)
    {
        // A test loss may be infinite while the training goes on.
        (double Epoch, Spread Value)[] drawn =
        [
            .. Enumerable
                .Range(0, series.Epochs)
                .Select(epoch => (epoch + 1.0, series.At(epoch, value)!))
                .Where(point => double.IsFinite(point.Item2.Mean)),
        ];
        double[] epochs = [.. drawn.Select(point => point.Epoch)];
        Spread[] points = [.. drawn.Select(point => point.Value)];
        if (points.Any(point => point.Deviation > 0))
        {
            var band = plot.Add.FillY(
                epochs,
                [.. points.Select(point => point.Mean - (point.Deviation ?? 0))],
                [.. points.Select(point => point.Mean + (point.Deviation ?? 0))]
            );
            band.FillStyle.Color = style.Colour.WithAlpha(0.15);
            band.LineStyle.Width = 0;
            band.MarkerStyle.IsVisible = false;
        }

        var line = plot.Add.ScatterLine(epochs, points.Select(point => point.Mean).ToArray());
        (line.Color, line.LinePattern, line.LineWidth, line.LegendText) = (style.Colour, style.Pattern, style.Width, LegendText(series));
        // One epoch is no line.
        if (points.Length == 1)
            (line.MarkerShape, line.MarkerSize) = (MarkerShape.FilledCircle, 7);
    }
}
