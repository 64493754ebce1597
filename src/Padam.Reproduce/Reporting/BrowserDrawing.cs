using System.Text.RegularExpressions;
using ScottPlot;
using SkiaSharp;

namespace Padam.Reproduce.Reporting;

/// <summary>A plot as an SVG that browsers shrink to a phone, write in their fonts, and draw on light and dark pages.</summary>
internal static partial class BrowserDrawing
{
    /// <summary>The first of these that the machine has: ScottPlot's own choice is a serif on most Linux machines.</summary>
    public static readonly string Font =
        new[] { "Segoe UI", "Open Sans", "Helvetica Neue", "Arial", "Liberation Sans", "DejaVu Sans", "Noto Sans" }.FirstOrDefault(
            SKFontManager.Default.FontFamilies.Contains
        ) ?? Fonts.Default;

    // Without a viewBox a browser crops a drawing that is too wide for a phone instead of shrinking it; the fonts of this machine may not
    // be on the reader's.
    public static string Of(Plot plot, int width, int height)
    {
        string svg = plot.GetSvgXml(width, height);
        int end = svg.IndexOf('>', svg.IndexOf("<svg ", StringComparison.Ordinal)) + 1;
        var clips = new Dictionary<string, string>();
        return svg[..end].Replace("<svg ", $"<svg viewBox=\"0 0 {width} {height}\" ", StringComparison.Ordinal)
            + $"\n\t<style>text {{ font-family: \"{Font}\", system-ui, sans-serif; }} {CurveStyle.Dark}</style>"
            // Skia numbers them over the whole process: what else was drawn would be part of a drawing.
            + Clip()
                .Replace(
                    svg[end..],
                    clip => clips.TryGetValue(clip.Value, out string? name) ? name : clips[clip.Value] = $"clip{clips.Count}"
                );
    }

    [GeneratedRegex("""(?<=\bid="|url\(#)cl_[0-9a-f]+(?="|\))""")]
    private static partial Regex Clip();
}
