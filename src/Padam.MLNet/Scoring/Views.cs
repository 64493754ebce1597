using Padam.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Scoring;

/// <summary>The logits of images, averaged over views of them; see <see cref="TestTimeAugmentation"/>.</summary>
internal static class Views
{
    /// <summary>Logits [N, classes] of images [N, 3, H, W]; temporaries go with the caller's dispose scope.</summary>
    /// <param name="images">The images.</param>
    /// <param name="augmentation">Their views.</param>
    /// <param name="logits">The network, in evaluation mode.</param>
    internal static Tensor Logits(Tensor images, TestTimeAugmentation augmentation, Func<Tensor, Tensor> logits)
    {
        return augmentation switch
        {
            TestTimeAugmentation.Mirror => Mirrored(images),
            TestTimeAugmentation.MirrorAndShift => Mean(Mirrored(images), Mean(Mirrored(Shifted(0)), Mirrored(Shifted(2)))),
            _ => logits(images),
        };

        Tensor Mirrored(Tensor view) => Mean(logits(view), logits(view.flip(3)));

        Tensor Shifted(long from) =>
            nn
                .functional.pad(images, [1, 1, 1, 1], mode: PaddingModes.Reflect)
                .narrow(2, from, images.shape[2])
                .narrow(3, from, images.shape[3]);
    }

    private static Tensor Mean(Tensor a, Tensor b)
    {
        using Scalar half = Scalars.Of(0.5);
        return a.add(b, Scalars.One).mul(half);
    }
}
