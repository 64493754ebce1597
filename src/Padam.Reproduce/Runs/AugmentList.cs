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

    /// <exception cref="FormatException">An entry is wrong, or two contradict each other; the message says which.</exception>
    public static Augmentation Parse(string list)
    {
        string[][] words = [.. list.Split(',').Select(entry => entry.Trim().Split(':', 2))];
        string[] names = [.. words.Select(word => word[0])];
        RequireTogether(names);
        Augmentation augmentation = Augmentation.None;
        foreach (string[] word in words)
        {
            Entry entry = Entries.Single(known => known.Name == word[0]);
            augmentation = entry.With(augmentation, entry.Number.Parse(word[0], word.ElementAtOrDefault(1)));
        }

        return augmentation;
    }

    private static void RequireTogether(string[] names)
    {
        if (names.FirstOrDefault(name => Entries.All(known => known.Name != name)) is { } unknown)
            throw new FormatException($"--augment '{unknown}' is not known: use {Usage}.");
        if (names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new FormatException($"--augment names {twice.Key} twice.");
        if (names.Length > 1 && names.Contains("none"))
            throw new FormatException("--augment none is for itself: leave the others out, or none.");
        foreach (string[] group in Exclusive)
        {
            string[] both = [.. names.Intersect(group)];
            if (both.Length > 1)
                throw new FormatException($"--augment {both[0]} and {both[1]} exclude each other.");
        }
    }

    private static Mixing MixingOf(Augmentation augmentation) => augmentation.Mixing ?? new();

    private sealed record Entry(string Name, Number Number, Func<Augmentation, double, Augmentation> With);

    /// <summary>The number after an entry's colon.</summary>
    private sealed record Number(double Least, double Most, double? Default, bool IsWhole)
    {
        public static readonly Number None = new(0, 0, 0, IsWhole: false),
            Pixels = new(1, int.MaxValue, null, IsWhole: true);

        public static Number Part(double byDefault) => new(0.01, 1, byDefault, IsWhole: false);

        public static Number Alpha(double byDefault) => new(0.01, 100, byDefault, IsWhole: false);

        public double Parse(string name, string? text)
        {
            if (text is null)
                return Default ?? throw new FormatException($"--augment {name} needs its pixels, as in {name}:4.");
            if (Most == 0)
                throw new FormatException($"--augment {name} takes no number: leave ':{text}' out.");
            if (
                double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)
                && value >= Least
                && value <= Most
                && (!IsWhole || value == Math.Floor(value))
            )
                return value;
            throw new FormatException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"--augment {name} '{text}' is not a {(IsWhole ? "whole number of 1 or more" : $"number from {Least} to {Most}")}."
                )
            );
        }
    }
}
