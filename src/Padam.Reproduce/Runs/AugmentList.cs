using System.Globalization;
using Padam.MLNet;

namespace Padam.Reproduce.Runs;

/// <summary>What <c>--augment</c> lists: changes of images by name, with commas between them, in place of the recipe's.</summary>
internal static class AugmentList
{
    /// <summary>What can be listed, as help shows it.</summary>
    public const string Usage =
        "none, or some of crop:4, reflect:2, flip, alternate-flip, resized-crop, color:0.4, erase, cutout:8, trivial, mixup:0.2, cutmix:1";

    private static readonly Entry[] Entries =
    [
        new("none", Number.None, (augmentation, _) => augmentation),
        new("crop", Number.Pixels, (augmentation, pixels) => augmentation with { CropPadding = (int)pixels }),
        new("reflect", Number.Pixels, (augmentation, pixels) => augmentation with { CropPadding = (int)pixels, ReflectedPadding = true }),
        new("flip", Number.None, (augmentation, _) => augmentation with { Flip = true }),
        new("alternate-flip", Number.None, (augmentation, _) => augmentation with { Flip = true, AlternatingFlip = true }),
        new("resized-crop", Number.Part(0.08), (augmentation, area) => augmentation with { ResizedCrop = new(SmallestArea: area) }),
        new("color", Number.Part(0.4), (augmentation, change) => augmentation with { Color = new(change, change, change) }),
        new("erase", Number.Part(0.5), (augmentation, probability) => augmentation with { Erasing = new(probability) }),
        new("cutout", Number.Pixels, (augmentation, side) => augmentation with { Cutout = new((int)side) }),
        new("trivial", Number.None, (augmentation, _) => augmentation with { TrivialAugment = true }),
        new(
            "mixup",
            Number.Alpha(0.2),
            (augmentation, alpha) => augmentation with { Mixing = MixingOf(augmentation) with { Mixup = alpha } }
        ),
        new(
            "cutmix",
            Number.Alpha(1),
            (augmentation, alpha) => augmentation with { Mixing = MixingOf(augmentation) with { CutMix = alpha } }
        ),
    ];

    // Two crops, two flips, and nothing beside none.
    private static readonly string[][] Exclusive =
    [
        ["crop", "reflect", "resized-crop"],
        ["flip", "alternate-flip"],
    ];

    /// <exception cref="FormatException">Entries are wrong, or contradict each other; the message has a line for each fault.</exception>
    public static Augmentation Parse(string list)
    {
        string[] faults = [.. Faults(list), .. FaultsTogether(list)];
        return faults.Length > 0
            ? throw new FormatException(string.Join(Environment.NewLine, faults))
            : Words(list).Aggregate(Augmentation.None, With);
    }

    /// <summary>What is wrong with its entries, each by itself, a sentence each.</summary>
    public static IEnumerable<string> Faults(string list)
    {
        foreach (Word word in Words(list))
        {
            if (EntryOf(word) is not { } entry)
                yield return $"--augment '{word.Name}' is not known: use {Usage}.";
            else if (entry.Number.Fault(word.Name, word.Number) is { } fault)
                yield return fault;
        }
    }

    /// <summary>Which of its entries contradict each other, a sentence each.</summary>
    public static IEnumerable<string> FaultsTogether(string list)
    {
        string[] names = [.. Words(list).Select(word => word.Name)];
        foreach (IGrouping<string, string> twice in names.GroupBy(name => name).Where(group => group.Count() > 1))
            yield return $"--augment names {twice.Key} twice.";
        if (names.Length > 1 && names.Contains("none"))
            yield return "--augment none is for itself: leave the others out, or none.";
        foreach (string[] group in Exclusive)
        {
            string[] several = [.. names.Intersect(group)];
            if (several.Length > 1)
                yield return $"--augment {string.Join(" and ", several)} exclude each other.";
        }
    }

    private static IEnumerable<Word> Words(string list) =>
        list.Split(',').Select(entry => entry.Trim().Split(':', 2)).Select(parts => new Word(parts[0], parts.ElementAtOrDefault(1)));

    private static Augmentation With(Augmentation augmentation, Word word)
    {
        Entry entry = EntryOf(word)!;
        return entry.With(augmentation, entry.Number.Of(word.Number));
    }

    private static Entry? EntryOf(Word word) => Entries.SingleOrDefault(known => known.Name == word.Name);

    private static Mixing MixingOf(Augmentation augmentation) => augmentation.Mixing ?? new();

    private readonly record struct Word(string Name, string? Number);

    private sealed record Entry(string Name, Number Number, Func<Augmentation, double, Augmentation> With);

    /// <summary>The number after an entry's colon.</summary>
    private sealed record Number(double Least, double Most, double? Default, bool IsWhole)
    {
        public static readonly Number None = new(0, 0, 0, IsWhole: false),
            Pixels = new(1, int.MaxValue, null, IsWhole: true);

        public static Number Part(double byDefault) => new(0.01, 1, byDefault, IsWhole: false);

        public static Number Alpha(double byDefault) => new(0.01, 100, byDefault, IsWhole: false);

        /// <summary>What is wrong with it, in a sentence; null if it can be used.</summary>
        public string? Fault(string name, string? text)
        {
            if (text is null)
                return Default is null ? $"--augment {name} needs its pixels, as in {name}:4." : null;
            if (Most == 0)
                return $"--augment {name} takes no number: leave ':{text}' out.";
            return IsInRange(Parse(text)) ? null : $"--augment {name} '{text}' is not a {Kind}.";
        }

        private string Kind =>
            IsWhole ? "whole number of 1 or more" : string.Create(CultureInfo.InvariantCulture, $"number from {Least} to {Most}");

        /// <summary>The number, or where none is given its default.</summary>
        public double Of(string? text) => text is null ? Default!.Value : Parse(text);

        private bool IsInRange(double value) => value >= Least && value <= Most && (!IsWhole || value == Math.Floor(value));

        private static double Parse(string text) =>
            double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) ? value : double.NaN;
    }
}
