using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Padam.MLNet;
using Padam.Reproduce.Data;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Commands;

/// <summary>Options that several commands have, and kinds of options; a bad value is a usage error that names the option.</summary>
internal static class Options
{
    /// <summary>Why <see cref="Labels"/> is refused where the images have one kind of them.</summary>
    public const string LabelsDoNothing = "--labels is for --dataset cifar100 alone: leave it out.";

    public static Option<string> Model() => Named("--model", "The model zip.");

    public static Option<string> DataSet(string description) =>
        new Option<string>("--dataset") { Description = description, Required = true }.AcceptOnlyFromAmong([.. ImageSource.Names]);

    public static Option<string> Labels() =>
        new Option<string>("--labels")
        {
            Description = "CIFAR-100's fine or coarse labels.",
            DefaultValueFactory = _ => "fine",
        }.AcceptOnlyFromAmong("fine", "coarse");

    public static Option<string?> Data() =>
        OptionalText(
            "--data",
            "The folder of the data set; for CIFAR the one with the .bin files, or the one that `data download` put it in."
        );

    public static Option<string> Device() =>
        new("--device")
        {
            Description = "cpu, cuda or cuda:N.",
            DefaultValueFactory = _ => "cpu",
            CustomParser = result =>
            {
                string name = result.Tokens[0].Value;
                if (!RunContext.IsDevice(name))
                    result.AddError($"--device '{name}' is not cpu, cuda or cuda:N.");
                return name;
            },
        };

    public static Option<int?> Threads() => OptionalCount("--threads", "CPU threads; else libtorch's choice.");

    public static Option<bool> Alone() =>
        new("--alone")
        {
            Description = "Nothing else runs on this machine: the summary says so, and pages show the times of such runs alone.",
        };

    /// <summary>A text that must be given, such as a path; an empty one names nothing.</summary>
    public static Option<string> Named(string name, string description) =>
        new(name)
        {
            Description = description,
            Required = true,
            CustomParser = result => Text(name, result),
        };

    /// <summary>A text that need not be given.</summary>
    public static Option<string?> OptionalText(string name, string description) =>
        new(name) { Description = description, CustomParser = result => Text(name, result) };

    /// <summary>A text with a default.</summary>
    public static Option<string> Named(string name, string description, string byDefault) =>
        new(name)
        {
            Description = description,
            DefaultValueFactory = _ => byDefault,
            CustomParser = result => Text(name, result),
        };

    /// <summary>A whole number of at least 1, or another least value.</summary>
    public static Option<int> Count(string name, string description, int byDefault, int least = 1) =>
        new(name)
        {
            Description = description,
            DefaultValueFactory = _ => byDefault,
            CustomParser = result => Whole(name, result, least) ?? byDefault,
        };

    /// <summary>A whole number of at least 1, or another least value, that need not be given.</summary>
    public static Option<int?> OptionalCount(string name, string description, int least = 1) =>
        new(name) { Description = description, CustomParser = result => Whole(name, result, least) };

    /// <summary>A whole number of at least 1 that need not be given, and need not be said where the option is.</summary>
    public static Option<int?> CountOrFlag(string name, string description, int whereNotSaid) =>
        new(name)
        {
            Description = description,
            Arity = ArgumentArity.ZeroOrOne,
            CustomParser = result => result.Tokens.Count == 0 ? whereNotSaid : Whole(name, result, least: 1),
        };

    /// <summary>Changes of the images, as <see cref="AugmentList"/> reads them.</summary>
    public static Option<string?> Augment(string description) =>
        new("--augment")
        {
            Description = $"{description}: {AugmentList.Usage}.",
            CustomParser = result =>
            {
                string list = result.Tokens[0].Value;
                // Those that contradict each other are the command's to refuse, with what else it has to say of its options together.
                foreach (string fault in AugmentList.Faults(list))
                    result.AddError(fault);
                return list;
            },
        };

    /// <summary>Any whole number.</summary>
    public static Option<int> Seed(string description) =>
        new("--seed")
        {
            Description = description,
            DefaultValueFactory = _ => 1,
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int seed))
                    return seed;
                result.AddError($"--seed '{text}' is not a whole number from {int.MinValue} to {int.MaxValue}.");
                return 0;
            },
        };

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

    private static string? Text(string name, ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (string.IsNullOrWhiteSpace(text))
            result.AddError($"{name} is empty.");
        return text;
    }

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
