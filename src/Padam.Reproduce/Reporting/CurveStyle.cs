using ScottPlot;

namespace Padam.Reproduce.Reporting;

/// <summary>How a curve is drawn. Where colours are lost, dashes and widths tell the curves of a figure apart.</summary>
internal sealed record CurveStyle(Color Colour, LinePattern Pattern, float Width = 2)
{
    private static readonly LinePattern DashDot = new([8, 3, 2, 3], 0, "dash-dot"),
        LongDash = new([16, 4], 0, "long dash"),
        DashDotDot = new([8, 3, 2, 3, 2, 3], 0, "dash-dot-dot");

    /// <summary>The report's colours, and its lines but for those of AdamW and SGD: it draws them as Adam's and Padam's.</summary>
    private static readonly Dictionary<string, CurveStyle> Optimizers = new()
    {
        ["padam"] = new(Colors.DarkRed, LinePattern.Solid),
        ["adam"] = new(Colors.Orange, LinePattern.Dashed),
        ["adamw"] = new(Colors.Magenta, LongDash),
        ["amsgrad"] = new(Colors.DarkGreen, DashDot),
        ["sgd"] = new(Colors.Blue, LinePattern.Dotted),
        ["yogi"] = new(Colors.Olive, DashDotDot),
        ["adabound"] = new(Colors.Gray, LinePattern.Solid, Width: 3.5f),
    };

    private static readonly Color[] Palette =
    [
        Colors.DarkRed,
        Colors.Blue,
        Colors.DarkGreen,
        Colors.Orange,
        Colors.Purple,
        Colors.Teal,
        Colors.Magenta,
        Colors.Gray,
        Colors.Olive,
    ];

    private static readonly LinePattern[] Patterns =
    [
        LinePattern.Solid,
        LinePattern.Dashed,
        DashDot,
        LinePattern.Dotted,
        LongDash,
        DashDotDot,
    ];

    private static readonly float[] Widths = [2, 3.5f, 1];

    /// <summary>A style sheet for an SVG in these colours: on dark pages each gets lighter, and the paper is left out.</summary>
    public static string Dark { get; } =
        "@media (prefers-color-scheme: dark) { "
        + string.Concat(
            new (Color Light, string Dark)[]
            {
                (Colors.White, "none"),
                (Colors.Black, "#d5d8dc"),
                (new Color(1, 1, 1), "#ffffff"),
                (Colors.DarkRed, "#ff7b72"),
                (Colors.Blue, "#6cb0ff"),
                (Colors.DarkGreen, "#56d364"),
                (Colors.Orange, "#ffb347"),
                (Colors.Purple, "#cf9bff"),
                (Colors.Teal, "#3fd0c9"),
                (Colors.Magenta, "#ff7ee9"),
                (Colors.Gray, "#a8b0ba"),
                (Colors.Olive, "#cfc94f"),
            }.SelectMany(pair =>
                Names(pair.Light)
                    .Select(name => $"[fill=\"{name}\"] {{ fill: {pair.Dark}; }} [stroke=\"{name}\"] {{ stroke: {pair.Dark}; }} ")
            )
        )
        + "text:not([fill]) { fill: #d5d8dc; } }";

    /// <summary>
    /// Each optimizer's own, where each has one curve. Where p and the learning rate tell all curves apart, p is the colour and the width,
    /// and the rate the pattern; else each curve has a colour and a pattern.
    /// </summary>
    public static IReadOnlyList<CurveStyle> Of(IReadOnlyList<ResultSeries> series)
    {
        if (series.Select(one => one.Optimizer).Distinct().Count() == series.Count)
            return [.. series.Select(one => Optimizers[one.Optimizer])];

        var settings = series.Select(one => one.Runs[0].Run.Settings.Optimizer).ToList();
        var partials = settings.Select(one => one.Partial).Distinct().ToList();
        var rates = settings.Select(one => one.LearningRate).Distinct().ToList();
        bool grid =
            partials.Count > 1
            && rates.Count > 1
            && settings.Select(one => (one.Partial, one.LearningRate)).Distinct().Count() == series.Count
            && rates.Count <= Patterns.Length
            && partials.Count <= Widths.Length;
        return grid
            ? [.. settings.Select(one => InGrid(partials.IndexOf(one.Partial), rates.IndexOf(one.LearningRate)))]
            : [.. series.Select((_, i) => InList(i))];
    }

    private static CurveStyle InGrid(int partial, int rate) => new(Palette[partial], Patterns[rate], Widths[partial]);

    private static CurveStyle InList(int i) =>
        new(Palette[i % Palette.Length], Patterns[i % Patterns.Length], Widths[i / Patterns.Length % Widths.Length]);

    // A drawing names a few colours and has the numbers of the others.
    private static IEnumerable<string> Names(Color colour) =>
        [
            colour.ToStringRGB(),
            .. colour == Colors.White ? ["white"]
            : colour == Colors.Black ? ["black"]
            : colour == Colors.Blue ? ["blue"]
            : colour == Colors.Magenta ? new[] { "fuchsia", "magenta" }
            : [],
        ];
}
