using Padam.MLNet.Data;
using Padam.MLNet.Input;

namespace Padam.MLNet.Tests.Input;

/// <summary>What is drawn for the mixture of a batch.</summary>
[TestClass]
public sealed class MixingDrawTests
{
    private const int Many = 20_000;
    private static readonly ImageShape Shape = new(32, 32);

    [TestMethod]
    [DataRow(0.01)]
    [DataRow(0.2)]
    [DataRow(1)]
    [DataRow(4)]
    [DataRow(100)]
    public void Shares_have_the_moments_of_a_beta_distribution(double alpha)
    {
        double[] shares = [.. Draws(new Mixing(Mixup: alpha)).Select(mixture => mixture.Share)];
        double variance = 1 / (4 * ((2 * alpha) + 1)),
            // Of the fourth central moment over the squared variance.
            kurtosis = 3 - (6 / ((2 * alpha) + 3));
        Assert.IsTrue(shares.All(share => share is >= 0 and <= 1));
        Assert.AreEqual(0.5, shares.Average(), 4 * Math.Sqrt(variance / Many));
        Assert.AreEqual(variance, shares.Average(share => Math.Pow(share - 0.5, 2)), 0.05 * variance);
        Assert.AreEqual(kurtosis, shares.Average(share => Math.Pow(share - 0.5, 4)) / (variance * variance), 0.1 * kurtosis);
    }

    [TestMethod]
    public void Of_one_alpha_1_shares_are_uniform()
    {
        double[] shares = [.. Draws(new Mixing(Mixup: 1)).Select(mixture => mixture.Share).Order()];
        for (int i = 0; i < Many; i++)
            Assert.AreEqual((i + 0.5) / Many, shares[i], 0.015);
    }

    [TestMethod]
    public void A_share_of_CutMix_is_what_its_rectangle_leaves()
    {
        BatchMixture[] mixtures = [.. Draws(new Mixing(CutMix: 1))];
        foreach (BatchMixture mixture in mixtures)
        {
            PixelBox box = mixture.Box!.Value;
            Assert.IsTrue(box is { Top: >= 0, Left: >= 0, Height: >= 0, Width: >= 0 } && box.Top + box.Height <= 32, $"{mixture}");
            Assert.AreEqual(1 - (box.Height * box.Width / 1024.0), mixture.Share, 1e-12);
        }

        Assert.IsTrue(mixtures.Any(mixture => mixture.Box!.Value.Top > 20) && mixtures.Any(mixture => mixture.Box!.Value.Left == 0));
    }

    [TestMethod]
    public void Where_both_are_on_each_batch_has_one_of_them()
    {
        int cut = Draws(new Mixing(Mixup: 0.2, CutMix: 1)).Count(mixture => mixture.Box is not null);
        Assert.AreEqual(0.5, cut / (double)Many, 0.02);
    }

    private static IEnumerable<BatchMixture> Draws(Mixing mixing)
    {
        for (int i = 0; i < Many; i++)
        {
            SplitMix64 random = AugmentationPart.Mixing.Of(seed: 3, epoch: 1, index: i);
            yield return BatchMixture.Draw(mixing, Shape, ref random);
        }
    }
}
