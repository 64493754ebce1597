namespace Padam.MLNet;

/// <summary>
/// Weights averaged along the training: parameters and floating-point buffers, such as batch normalisation's statistics; whole numbers are
/// copied. Validation, the best epoch and the model have the average.
/// </summary>
public abstract record Averaging
{
    private protected Averaging() { }

    /// <summary>What is wrong with these settings, one sentence each; nothing if they can be used.</summary>
    public abstract IEnumerable<string> Validate();
}

/// <summary>
/// An exponential moving average beside the training, as timm's <c>ModelEma</c>: it starts as the first weights, and after each step of the
/// optimizer is Decay * average + (1 - Decay) * weights.
/// </summary>
/// <param name="Decay">
/// What of the average is kept at each step, above 0 and below 1. Its memory is about 1 / (1 - Decay) steps: for short trainings take 0.99
/// or 0.999. The default value is 0.9999, timm's.
/// </param>
public sealed record WeightAverage(double Decay = 0.9999) : Averaging
{
    /// <inheritdoc/>
    public override IEnumerable<string> Validate()
    {
        if (!(Decay is > 0 and < 1))
            yield return $"Decay is {Decay}; it must be above 0 and below 1.";
    }
}

/// <summary>
/// Lookahead (Zhang et al., arXiv 1907.08610, algorithm 1): after every <paramref name="Every"/> steps of the optimizer slow weights go
/// part of the way to the weights, which start from there anew. The model has the slow ones.
/// </summary>
/// <param name="Every">
/// The steps between two meetings, the paper's k, at least 1; what is learned after the last meeting is left, and with
/// more than the training's steps all is, which the log warns of. The default value is 5.
/// </param>
/// <param name="Decay">
/// What of the slow weights is kept when they meet, at least 0 and below 1: 1 minus the paper's alpha. The default value is 0.5.
/// </param>
/// <param name="Power">
/// How that grows over the training: at step t of T it is Decay * (t/T)^Power. Finite, at least 0. The default value is 0: it stays.
/// </param>
public sealed record Lookahead(int Every = 5, double Decay = 0.5, double Power = 0) : Averaging
{
    /// <inheritdoc/>
    public override IEnumerable<string> Validate()
    {
        if (Every < 1)
            yield return $"Every is {Every}; it must be at least 1.";
        if (!(Decay is >= 0 and < 1))
            yield return $"Decay is {Decay}; it must be at least 0 and below 1.";
        if (!(Power >= 0) || double.IsInfinity(Power))
            yield return $"Power is {Power}; it must be a finite number of at least 0.";
    }
}
