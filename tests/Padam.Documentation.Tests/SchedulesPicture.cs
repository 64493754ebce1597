using System.Globalization;
using System.Text;
using Padam.MLNet.Schedules;

namespace Padam.Documentation.Tests;

/// <summary>What schedules do with a learning rate in 100 epochs, drawn as SVG.</summary>
internal static class SchedulesPicture
{
    private const int Epochs = 100,
        Columns = 3,
        Width = 220,
        Height = 110,
        Margin = 20;

    private static readonly (string Code, Schedule Schedule)[] Curves =
    [
        ("Schedule.Constant", Schedule.Constant),
        ("Schedule.MultiStep([50, 75])", Schedule.MultiStep([50, 75])),
        ("Schedule.StepDecay(25, 0.5)", Schedule.StepDecay(25, 0.5)),
        ("Schedule.Cosine()", Schedule.Cosine()),
        ("Schedule.Cosine().WithWarmup(10)", Schedule.Cosine().WithWarmup(10)),
        ("Schedule.OneCycle()", Schedule.OneCycle()),
    ];

    internal static string Draw()
    {
        int rows = (Curves.Length + Columns - 1) / Columns;
        var svg = new StringBuilder();
        svg.Append("<svg xmlns=\"http://www.w3.org/2000/svg\" font-family=\"monospace\" font-size=\"10\" ");
        svg.Append(CultureInfo.InvariantCulture, $"viewBox=\"0 0 {Columns * Width} {rows * Height}\">\n");
        svg.Append("<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
        foreach ((int index, (string code, Schedule schedule)) in Curves.Index())
        {
            (int left, int top) = ((index % Columns * Width) + Margin, (index / Columns * Height) + Margin);
            (int width, int height) = (Width - (2 * Margin), Height - (2 * Margin));
            string points = string.Join(
                ' ',
                Enumerable
                    .Range(0, (Epochs * 2) + 1)
                    .Select(half => half / 2.0)
                    .Select(time => (X: left + (time / Epochs * width), Y: top + height - (schedule.Factor(time, Epochs) * height)))
                    .Select(point => string.Create(CultureInfo.InvariantCulture, $"{point.X:0.#},{point.Y:0.#}"))
            );
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{left}\" y=\"{top - 7}\" fill=\"#222\">{code}</text>\n");
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<path d=\"M{left} {top}v{height}h{width}\" fill=\"none\" stroke=\"#999\"/><text x=\"{left - 4}\" y=\"{top + 8}\" "
            );
            svg.Append(CultureInfo.InvariantCulture, $"text-anchor=\"end\" fill=\"#666\">1</text>\n");
            svg.Append(CultureInfo.InvariantCulture, $"<polyline points=\"{points}\" fill=\"none\" stroke=\"#06c\" stroke-width=\"2\"/>\n");
        }

        return svg.Append("</svg>\n").ToString();
    }
}
