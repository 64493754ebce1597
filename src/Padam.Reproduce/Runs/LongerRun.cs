using System.Globalization;
using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Runs;

/// <summary>A run that goes on beyond the end of one of fewer epochs, from its checkpoint.</summary>
internal static class LongerRun
{
    private const string Epochs = "epochs",
        RateFalls = "rate falls after epochs",
        Remedy = "choose another --out, or start over with --force.";

    /// <summary>Whether settings are those that a run kept, but for more epochs.</summary>
    /// <exception cref="UsageException">They are, but such a run is another one from its first step.</exception>
    public static bool Is(RunSettings settings, IReadOnlyDictionary<string, string> kept)
    {
        if (!int.TryParse(kept.GetValueOrDefault(Epochs), NumberStyles.None, CultureInfo.InvariantCulture, out int were))
            return false;
        if (settings.Epochs <= were)
            return false;
        if (OthersDiffer(settings, kept))
        {
            int[] milestones = [.. MilestonesOf(kept)];
            // The recipe moves with the epochs: its milestones, and where it starts the optimizer afresh.
            bool isThatWithItsMilestones = settings.Milestones is null && !OthersDiffer(settings with { Milestones = milestones }, kept),
                isThatOfItsEpochs = !OthersDiffer(settings with { Epochs = were }, kept);
            return isThatWithItsMilestones || isThatOfItsEpochs
                ? throw new UsageException(
                    $"--epochs {settings.Epochs}: a run of {were} epochs cannot go on where the recipe's milestones move with the epochs: "
                        + $"the rate {Fell(milestones)}, and would {Fall(TrainingOptions.Milestones(settings))}. "
                        + (
                            isThatWithItsMilestones
                                ? $"Go on with --milestones {Milestones.Text(milestones)}, {Remedy}"
                                : $"To train anew, {Remedy}"
                        )
                )
                : false;
        }

        string faults = string.Join(" ", TrainingOptions.Of(settings).ValidateForMoreEpochs());
        return faults.Length == 0
            ? true
            : throw new UsageException(
                $"--epochs {settings.Epochs}: a run of {were} epochs cannot go on. {ConsoleWords.Of(faults)} To train anew, {Remedy}"
            );
    }

    /// <exception cref="UsageException">The finished run left no checkpoint.</exception>
    public static void RequireCheckpoint(RunFiles files, RunSettings settings)
    {
        if (!files.HasCheckpoint)
            throw new UsageException(
                $"--epochs {settings.Epochs}: the finished run '{files.Summary}' has fewer, and left no checkpoint to go on from, as it "
                    + $"would have with --keep-checkpoint. To train anew, {Remedy}"
            );
    }

    private static string Fell(int[] milestones) => milestones.Length > 0 ? $"fell after {Milestones.Text(milestones)}" : "never fell";

    private static string Fall(IReadOnlyList<int> milestones) => milestones.Count > 0 ? $"after {Milestones.Text(milestones)}" : "never";

    private static bool OthersDiffer(RunSettings settings, IReadOnlyDictionary<string, string> kept) =>
        RunIdentity.Of(settings).NamesThatDiffer(kept).Any(name => name != Epochs);

    // "5 10", or "never".
    private static IEnumerable<int> MilestonesOf(IReadOnlyDictionary<string, string> kept)
    {
        foreach (string word in kept.GetValueOrDefault(RateFalls, "").Split(' '))
        {
            if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int milestone))
                yield return milestone;
        }
    }
}
