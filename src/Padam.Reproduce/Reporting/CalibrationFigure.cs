using System.Globalization;
using Padam.Reproduce.Runs;
using ScottPlot;

namespace Padam.Reproduce.Reporting;

/// <summary>The share of right answers over the confidence, beside the diagonal, where a calibrated model has it.</summary>
internal static class CalibrationFigure
{
    private const int Side = 400,
        FontSize = 12;

    public static Drawing Of(CalibrationBins calibration)
    {
        CalibrationBin[] bins = [.. calibration.Bins.Where(bin => bin.Images > 0)];
        using var plot = new Plot();
        plot.Font.Set(BrowserDrawing.Font);
        var diagonal = plot.Add.Line(0, 0, 1, 1);
        (diagonal.LineWidth, diagonal.LineColor, diagonal.LinePattern) = (1, Colors.Gray, LinePattern.Dashed);
        var curve = plot.Add.Scatter(
            bins.Select(bin => bin.Confidence).ToArray(),
            bins.Select(bin => bin.Accuracy).ToArray(),
            Colors.DarkRed
        );
        (curve.LineWidth, curve.MarkerSize) = (2, 7);
        plot.Axes.SetLimits(0, 1, 0, 1);
        foreach (
            (IAxis axis, string label) in new[] { ((IAxis)plot.Axes.Bottom, "confidence"), (plot.Axes.Left, "share of right answers") }
        )
            (axis.Label.Text, axis.Label.FontSize, axis.Label.Bold, axis.TickLabelStyle.FontSize) = (label, FontSize + 1, false, FontSize);
        return new Drawing(
            BrowserDrawing.Of(plot, Side, Side),
            string.Create(
                CultureInfo.InvariantCulture,
                $"Share of right answers over confidence, in {bins.Length} ranges of confidence that have images, and the diagonal of a "
                    + $"calibrated model. They are {calibration.Error:P1} apart in the mean. The table below has the numbers."
            )
        );
    }
}
