using Padam.MLNet.Native;

namespace Padam.MLNet.Training;

/// <summary>
/// Whether all ranks were told the same and read the same data, before they train: else their weights would part, or they would wait for
/// each other for ever.
/// </summary>
internal static class RankAgreement
{
    // Of no option's value or name.
    private const char BetweenSettings = '\x1e',
        AfterName = '\x1f';

    /// <exception cref="InvalidOperationException">A rank differs from the first; the message has it, with the options.</exception>
    internal static void Require(Communicator ranks, ITrainingOptions options, Preparation prepared)
    {
        if (ranks.Size == 1)
            return;
        Dictionary<string, string> own = new(prepared.Settings)
        {
            ["SynchronizedBatchNorm"] = $"{options.SynchronizedBatchNorm}",
            ["the version of Padam.MLNet"] = $"{typeof(RankAgreement).Module.ModuleVersionId}",
            ["the version of libtorch"] = OtherLibtorch.Version,
            ["CheckpointFolder"] = options.CheckpointFolder is null ? "null" : "set",
            ["CheckpointEvery"] = $"{options.CheckpointEvery}",
            ["the checkpoint in CheckpointFolder"] = prepared.Start is { Position: var position }
                ? string.Join(' ', position.Entries.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => entry.Value))
                : "none",
        };
        Dictionary<string, string> first = Read(ranks.Told(Written(own)));
        ranks.Together(() =>
        {
            string[] differences =
            [
                .. TrainingSettings
                    .Differences(first, own)
                    .Select(found => $"{found.Name} is {found.Second ?? "not set"} here and {found.First ?? "not set"} on the first rank"),
            ];
            if (differences.Length > 0)
                throw new InvalidOperationException(
                    $"The ranks of a training must be told the same, and read the same data: {string.Join("; ", differences)}."
                );
        });
    }

    private static string Written(Dictionary<string, string> settings) =>
        string.Join(BetweenSettings, settings.Select(setting => $"{setting.Key}{AfterName}{setting.Value}"));

    private static Dictionary<string, string> Read(string text) =>
        text.Split(BetweenSettings).Select(setting => setting.Split(AfterName, 2)).ToDictionary(parts => parts[0], parts => parts[1]);
}
