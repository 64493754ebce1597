namespace Padam.MLNet.Layers;

/// <summary>
/// A part of a network that knows which batch normalisation follows which convolution, and always by <see cref="BatchNorm.After"/>: for
/// scoring, each pair is computed as one convolution.
/// </summary>
public interface IFoldable
{
    /// <summary>The pairs, each layer in one of them at most.</summary>
    IEnumerable<(Convolution Convolution, BatchNorm Norm)> Pairs { get; }
}
