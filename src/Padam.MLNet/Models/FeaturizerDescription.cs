using Padam.MLNet.Backbones;
using static TorchSharp.torch;

namespace Padam.MLNet.Models;

/// <summary>All that a featurizer is besides its weights, which are the network's without those of its last layer.</summary>
internal sealed record FeaturizerDescription : NetworkDescription
{
    /// <summary>The layout of description and weights that this version writes and reads.</summary>
    internal const int CurrentFormat = 1;

    public int Format { get; init; } = CurrentFormat;

    /// <summary>Numbers a vector.</summary>
    public required int Features { get; init; }

    public required string OutputColumnName { get; init; }

    internal override int Outputs => Features;

    // Of whatever size: it is never run.
    internal override int LastLayer => 1;

    /// <exception cref="InvalidDataException">The network's vectors are of another length.</exception>
    internal void RequireFeatures(nn.Module<Tensor, Tensor> network, string file)
    {
        if ((network as Network)?.FeatureCount != Features)
            throw new InvalidDataException($"{file} names \"{Backbone}\" and vectors of {Features} numbers, which it has not.");
    }

    internal override IEnumerable<string> Faults()
    {
        // Each feature is made by one weight of four bytes at least.
        if (Features < 1 || Features > WeightsLength / 4)
            yield return $"vectors of {Features} numbers do not fit weights of {WeightsLength} bytes.";
        if (string.IsNullOrEmpty(OutputColumnName))
            yield return "the column of vectors has no name.";
        foreach (string fault in base.Faults())
            yield return fault;
    }
}
