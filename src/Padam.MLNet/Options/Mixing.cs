namespace Padam.MLNet;

/// <summary>
/// Images of a batch mixed with one another, and so their losses: s times that of an image's own class plus 1 - s times that of its
/// partner's, the one before it in the batch (torchvision's reference training; the order of a batch is drawn). One s a batch, from
/// Beta(alpha, alpha). Where both kinds are on, each batch draws one of them. An image's weights go with its class. Accuracy is counted on
/// the class of the larger part.
/// </summary>
/// <param name="Mixup">
/// Alpha of mixup (Zhang et al., arXiv 1710.09412): each pixel is s of the image's plus 1 - s of its partner's. 0 for none, or from 0.01 to
/// 100; the larger, the nearer s is to 1/2. The default value is 0; the paper has 0.2 for ImageNet and 1 for CIFAR-10.
/// </param>
/// <param name="CutMix">
/// Alpha of CutMix (Yun et al., arXiv 1905.04899): a rectangle of 1 - s of the area is the partner's; of one that reaches beyond the edge
/// the part that is inside counts. 0 for none, or from 0.01 to 100. The default value is 0; the paper has 1.
/// </param>
public sealed record Mixing(double Mixup = 0, double CutMix = 0)
{
    private const double Smallest = 0.01,
        Largest = 100;

    /// <summary>What is wrong with these settings, one sentence each; nothing if they can be used.</summary>
    public IEnumerable<string> Validate()
    {
        if (!IsAlpha(Mixup))
            yield return $"Mixup is {Mixup}; it must be 0, or from {Smallest} to {Largest}.";
        if (!IsAlpha(CutMix))
            yield return $"CutMix is {CutMix}; it must be 0, or from {Smallest} to {Largest}.";
        if (Mixup == 0 && CutMix == 0)
            yield return "Mixup and CutMix are both 0; use null for no mixing.";
    }

    private static bool IsAlpha(double alpha) => alpha is 0 or (>= Smallest and <= Largest);
}
