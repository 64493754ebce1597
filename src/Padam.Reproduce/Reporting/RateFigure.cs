using System.Globalization;
using Padam.MLNet;
using Padam.MLNet.Formats;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace Padam.Reproduce.Reporting;

/// <summary>The loss over the logarithm of the learning rate, with a line where it fell most steeply.</summary>
internal static class RateFigure
{
    private const int Width = 960,
        Height = 640;

    /// <summary>Writes a PNG.</summary>
    public static void Write(string path, LearningRateCurve curve)
    {
        using var plot = new Plot();
        var line = plot.Add.ScatterLine(curve.Rates.Select(Math.Log10).ToArray(), curve.Losses.ToArray());
        line.LineWidth = 3;
        if (curve.Suggestion is { } rate)
        {
            var mark = plot.Add.VerticalLine(Math.Log10(rate), 2, Colors.Red, LinePattern.Dashed);
            mark.LegendText = string.Create(CultureInfo.InvariantCulture, $"steepest at {rate:0.0e0}");
            plot.ShowLegend(Alignment.LowerLeft);
        }

        plot.Axes.Bottom.TickGenerator = new NumericAutomatic
        {
            IntegerTicksOnly = true,
            LabelFormatter = exponent => string.Create(CultureInfo.InvariantCulture, $"1e{exponent:0}"),
        };
        plot.XLabel("learning rate");
        plot.YLabel("training loss");
        AtomicFile.Write(path, stream => stream.Write(plot.GetImageBytes(Width, Height, ImageFormat.Png)));
    }
}
