using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Padam.MLNet;
using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Commands;

/// <summary>Kinds of options that several commands share; a bad value is a usage error that names the option.</summary>
internal static class Options
{
    /// <summary>A whole number of at least 1, or another least value.</summary>
    public static Option<int> Count(string name, string description, int byDefault, int least = 1) =>
        new(name)
        {
            Description = description,
            DefaultValueFactory = _ => byDefault,
            CustomParser = result => Whole(name, result, least) ?? byDefault,
        };

    /// <summary>A whole number of at least 1 that need not be given.</summary>
    public static Option<int?> OptionalCount(string name, string description) =>
        new(name) { Description = description, CustomParser = result => Whole(name, result, least: 1) };

    /// <summary>A number in [low, high], as 0.125 or as 1/8, that need not be given.</summary>
    public static Option<double?> OptionalNumber(string name, string description, double low = 0, double high = double.MaxValue)
    {
        return new Option<double?>(name)
        {
            Description = description,
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (TryNumber(text, out double value) && value >= low && value <= high)
                    return value;
                result.AddError(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{name} '{text}' is not a number {(high == double.MaxValue ? $"of {low} or more" : $"from {low} to {high}")}."
                    )
                );
                return null;
            },
        };
    }

    /// <summary>The CPU threads asked for, where this machine has enough processors for them.</summary>
    /// <exception cref="UsageException">It has not.</exception>
    public static int? ThreadsHere(int? threads) =>
        threads > ImageClassificationOptions.MostThreads
            ? throw new UsageException(
                $"--threads {threads} is too many for this machine: at most {ImageClassificationOptions.MostThreads}."
            )
            : threads;

    private static int? Whole(string name, ArgumentResult result, int least)
    {
        string text = result.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least)
            return value;
        result.AddError($"{name} '{text}' is not a whole number of {least} or more.");
        return null;
    }

    /// <summary>0.125 or 1/8.</summary>
    public static bool TryNumber(string text, out double value)
    {
        string[] parts = text.Split('/');
        bool read = double.TryParse(parts[0], NumberStyles.Float, CultureInfo.InvariantCulture, out value) && parts.Length <= 2;
        if (read && parts.Length == 2)
        {
            read = double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out double divisor);
            value /= divisor;
        }

        return read && double.IsFinite(value);
    }
}
