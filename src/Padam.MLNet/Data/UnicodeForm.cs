using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Padam.MLNet.Data;

/// <summary>
/// Names that look the same may be written in two ways: "é" as one character, or as "e" and an accent (as macOS writes file names).
/// </summary>
internal static class UnicodeForm
{
    // .NET normalises nothing where globalization is invariant, as in many containers and in this library's own console.
    private static readonly bool Normalizes = "e\u0301".Normalize().Length == 1;

    // Base, mark and both in one, of Unicode 14's UnicodeData.txt, without the composition exclusions.
    private static readonly Lazy<FrozenDictionary<(char, char), char>> Compositions = new(ReadCompositions);

    /// <summary>Whether two names are the same but for their form.</summary>
    internal static bool AreSame(string one, string other) => Composed(one) == Composed(other);

    /// <summary>The name with every letter and its marks as one character where there is one (normalisation form C).</summary>
    internal static string Composed(string name)
    {
        if (name.All(char.IsAscii))
            return name;
        if (!Normalizes)
            return Compose(name);
        // Half a surrogate pair has no normal form.
        return name.EnumerateRunes().Contains(Rune.ReplacementChar) ? name : name.Normalize();
    }

    // Marks in canonical order, as decomposed names have them.
    private static string Compose(string name)
    {
        List<char> composed = [];
        int letter = -1;
        foreach (char c in name)
        {
            if (letter >= 0 && Together(composed[letter], c) is { } both)
            {
                composed[letter] = both;
                continue;
            }

            composed.Add(c);
            if (CharUnicodeInfo.GetUnicodeCategory(c) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark))
                letter = composed.Count - 1;
        }

        return string.Concat(composed);
    }

    private static char? Together(char letter, char mark)
    {
        // Hangul by arithmetic (The Unicode Standard, section 3.12): a leading consonant and a vowel, a syllable and a trailing consonant.
        (int lead, int vowel, int trail, int syllable) = (letter - 0x1100, mark - 0x1161, mark - 0x11A7, letter - 0xAC00);
        if (lead is >= 0 and < 19 && vowel is >= 0 and < 21)
            return (char)(0xAC00 + (((lead * 21) + vowel) * 28));
        if (syllable is >= 0 and < 11172 && syllable % 28 == 0 && trail is > 0 and < 28)
            return (char)(letter + trail);
        return Compositions.Value.TryGetValue((letter, mark), out char both) ? both : null;
    }

    private static FrozenDictionary<(char, char), char> ReadCompositions()
    {
        using Stream resource = typeof(UnicodeForm).Assembly.GetManifestResourceStream("CanonicalCompositions.txt")!;
        using var reader = new StreamReader(resource);
        Dictionary<(char, char), char> compositions = [];
        while (reader.ReadLine() is { } line)
        {
            char[] codes = [.. line.Split(' ').Select(code => (char)int.Parse(code, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
            compositions.Add((codes[0], codes[1]), codes[2]);
        }

        return compositions.ToFrozenDictionary();
    }
}
