using Padam.MLNet;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Commands;

/// <summary>What <c>--class-weights</c> names: none, balanced, or a file with a weight a line, class by class.</summary>
internal static class ClassWeightsFile
{
    // A million of numbers' digits, far beyond any classes; a device, or a video, ends here too.
    private const int LongestText = 1 << 22,
        LongestQuote = 40;

    /// <returns>balanced, the numbers of a file with spaces between them, or null for none.</returns>
    /// <param name="value">What the option was given.</param>
    /// <param name="addError">Told what is wrong, a sentence each.</param>
    public static string? Parse(string value, Action<string> addError)
    {
        if (value is "none")
            return null;
        if (value is Tricks.Balanced)
            return value;
        try
        {
            if (File.Exists(value))
                return Numbers(Text(value)).ToString();
            addError($"--class-weights '{value}' is not none, balanced or a file.");
        }
        catch (FormatException fault)
        {
            addError($"--class-weights '{value}'{fault.Message}");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            addError($"--class-weights '{value}' cannot be read: {fault.Message}");
        }

        return null;
    }

    private static string Text(string path)
    {
        using var reader = new StreamReader(path);
        char[] text = new char[LongestText + 1];
        int length = reader.ReadBlock(text, 0, text.Length);
        return length <= LongestText ? new string(text, 0, length) : throw new FormatException(" is longer than any list of weights.");
    }

    private static ClassWeights Numbers(string text)
    {
        List<double> weights = [];
        foreach ((int index, string line) in text.Split('\n').Select(line => line.Trim()).Index())
        {
            if (line.Length == 0)
                continue;
            weights.Add(
                Options.TryNumber(line, out double weight)
                    ? weight
                    : throw new FormatException($", line {index + 1}: '{Quoted(line)}' is not a number.")
            );
        }

        if (weights.Count == 0)
            throw new FormatException(" is empty: it must have a weight a line, class by class.");
        var ofClasses = ClassWeights.Of(weights);
        return ofClasses.Validate().FirstOrDefault() is { } fault ? throw new FormatException($": {fault}") : ofClasses;
    }

    private static string Quoted(string line) => line.Length <= LongestQuote ? line : $"{line[..LongestQuote]}...";
}
