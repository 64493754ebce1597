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

    private static readonly Option<bool> NoDecayOnNorm = new("--no-decay-on-norm")
    {
        Description = "Leave biases and normalisation out of the optimizer's weight decay.",
    };
    private static readonly Option<double?> LayerDecay = Options.OptionalNumber(
        "--layer-decay",
        "What the rate is multiplied by from layer to layer, from the last to the first, such as 0.75.",
        low: 0.01,
        high: 1
    );

    private static readonly Option<double?> Ema = Options.OptionalNumber(
        "--ema",
        "Test and keep an exponential moving average of the weights, of this decay a step, such as 0.999.",
        low: 0.01,
        high: 0.999999
    );
    private static readonly Option<int?> Lookahead = Options.CountOrFlag(
        "--lookahead",
        "Lookahead: every so many steps (5) slow weights go half of the way; they are tested and kept.",
        whereNotSaid: 5
    );

    public static IReadOnlyList<Option> All { get; } = [Schedule, Warmup, Plateau, NoDecayOnNorm, LayerDecay, Ema, Lookahead];

    /// <exception cref="UsageException">They do not go together.</exception>
    public static Tricks Of(ParseResult parsed, int epochs)
    {
        if (parsed.GetValue(Warmup) is { } warmup && warmup >= epochs)
            throw new UsageException(FormattableString.Invariant($"--warmup {warmup} is not shorter than the training's {epochs} epochs."));
        if (parsed.GetValue(Ema) is not null && parsed.GetValue(Lookahead) is not null)
            throw new UsageException("--ema and --lookahead exclude each other: the model is one average or the other.");
        return new()
        {
            Schedule = parsed.GetValue(Schedule) is { } schedule and not Tricks.MultiStep ? schedule : null,
            Warmup = parsed.GetValue(Warmup) is > 0 and var rise ? rise : null,
            Plateau = parsed.GetValue(Plateau),
            NoDecayOnNorm = parsed.GetValue(NoDecayOnNorm),
            LayerDecay = parsed.GetValue(LayerDecay),
            Ema = parsed.GetValue(Ema),
            Lookahead = parsed.GetValue(Lookahead),
        };
    }
}
