namespace Padam.MLNet.Optimizers;

/// <summary>Where Padam's epsilon stands in the denominator; the two codebases of the paper differ.</summary>
public enum EpsilonPlacement
{
    /// <summary><c>(sqrt(vh) + eps)^(2p)</c>: the authors' code.</summary>
    InsideRoot,

    /// <summary><c>vh^p + eps</c>: the code of the reproducibility report.</summary>
    OutsideRoot,
}
