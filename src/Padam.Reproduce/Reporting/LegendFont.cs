using System.Text;
using ScottPlot;
using SkiaSharp;

namespace Padam.Reproduce.Reporting;

/// <summary>A font for names in whatever script they are written in.</summary>
internal static class LegendFont
{
    /// <summary>The usual font where it has all letters; else, of those of this machine, the one that lacks the fewest.</summary>
    public static string For(IEnumerable<string> names, string usual)
    {
        Rune[] letters = Letters(names);
        return letters
            .Where(letter => !Has(usual, letter))
            .Select(letter => SKFontManager.Default.MatchCharacter(letter.Value)?.FamilyName)
            .OfType<string>()
            .Distinct()
            .Prepend(usual)
            .MinBy(family => letters.Count(letter => !Has(family, letter)))!;
    }

    /// <summary>The letters that a font lacks, each once.</summary>
    public static string Missing(IEnumerable<string> names, string font) =>
        string.Concat(Letters(names).Where(letter => !Has(font, letter)));

    private static bool Has(string family, Rune letter) =>
        Fonts.GetTypeface(family, bold: false, italic: false).ContainsGlyph(letter.Value);

    private static Rune[] Letters(IEnumerable<string> names) =>
        [.. names.SelectMany(name => name.EnumerateRunes()).Where(letter => !Rune.IsControl(letter)).Distinct()];
}
