namespace Padam.Reproduce.Exits;

/// <summary>A text as one word of bash.</summary>
internal static class ShellWord
{
    /// <summary>
    /// In quotation marks where it needs them; line breaks and other control characters by their numbers, so that a line of a script, or of
    /// a page, stays one.
    /// </summary>
    public static string Of(string text)
    {
        if (text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or ',' or ':'))
            return text;
        return text.Any(IsBreak)
            ? $"$'{string.Concat(text.Select(Escaped))}'"
            : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }

    private static string Escaped(char c) =>
        c is '\'' or '\\' ? $"\\{c}"
        : IsBreak(c) ? $"\\x{(int)c:x2}"
        : $"{c}";

    /// <summary>What bash and sbatch take for the end of a line, or for no text.</summary>
    public static bool IsBreak(char c) => c is < ' ' or '\x7f';
}
