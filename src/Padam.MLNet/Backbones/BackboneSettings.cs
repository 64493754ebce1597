using Padam.MLNet.Layers;

namespace Padam.MLNet.Backbones;

/// <summary>
/// What a recipe fixes about a network besides its architecture. The defaults are PyTorch's and those of the paper's authors.
/// </summary>
public sealed record BackboneSettings
{
    /// <summary>How the first weights are drawn. The default value is <see cref="Initialization.PyTorch"/>.</summary>
    public Initialization Initialization { get; init; } = Initialization.PyTorch;

    /// <summary>
    /// Weight of the newest batch in the running mean and variance, in (0, 1]. The default value is 0.1.
    /// Keras's momentum is one minus this.
    /// </summary>
    public double BatchNormMomentum { get; init; } = 0.1;

    /// <summary>What is added to the variance before its root, above 0. The default value is 1e-5.</summary>
    public double BatchNormEpsilon { get; init; } = 1e-5;

    /// <summary>What is wrong with these settings, one sentence each; nothing if they can be used.</summary>
    public IEnumerable<string> Validate()
    {
        if (!Enum.IsDefined(Initialization))
            yield return $"Initialization {(int)Initialization} is not known: use one of "
                + $"{string.Join(", ", Enum.GetNames<Initialization>())}.";
        if (!(BatchNormMomentum is > 0 and <= 1))
            yield return $"BatchNormMomentum is {BatchNormMomentum}; it must be above 0 and at most 1.";
        if (!(BatchNormEpsilon > 0) || double.IsInfinity(BatchNormEpsilon))
            yield return $"BatchNormEpsilon is {BatchNormEpsilon}; it must be a number above 0.";
    }

    /// <summary>A layer with these constants.</summary>
    internal BatchNorm BatchNorm(long channels) => new(channels, BatchNormEpsilon, BatchNormMomentum);
}
