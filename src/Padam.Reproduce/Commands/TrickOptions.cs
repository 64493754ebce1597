using System.CommandLine;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Commands;

/// <summary>The options of <c>run</c> that go beyond a recipe.</summary>
internal static class TrickOptions
{
    private static readonly Option<string?> Schedule = new Option<string?>("--schedule")
    {
        Description = "How the rate moves: multistep (the recipe's), cosine or one-cycle, over the whole training.",
    }.AcceptOnlyFromAmong(Tricks.MultiStep, Tricks.Cosine, Tricks.OneCycle);
    private static readonly Option<double?> Warmup = Options.OptionalNumber(
        "--warmup",
        "Epochs in which the rate rises from a tenth to its first value; 0 for none."
    );
    private static readonly Option<int?> Plateau = Options.CountOrFlag(
        "--plateau",
        "Lower the rate to a tenth after so many epochs (5) without a better test loss.",
        whereNotSaid: 5
    );

    public static IReadOnlyList<Option> All { get; } = [Schedule, Warmup, Plateau];

    /// <exception cref="UsageException">They do not go together.</exception>
    public static Tricks Of(ParseResult parsed, int epochs)
    {
        if (parsed.GetValue(Warmup) is { } warmup && warmup >= epochs)
            throw new UsageException(FormattableString.Invariant($"--warmup {warmup} is not shorter than the training's {epochs} epochs."));
        return new()
        {
            Schedule = parsed.GetValue(Schedule) is { } schedule and not Tricks.MultiStep ? schedule : null,
            Warmup = parsed.GetValue(Warmup) is > 0 and var rise ? rise : null,
            Plateau = parsed.GetValue(Plateau),
        };
    }
}
