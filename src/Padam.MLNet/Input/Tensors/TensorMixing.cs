using Padam.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Input;

/// <summary>Batches of normalised images [N, H, W, 3], mixed as drawn.</summary>
internal static class TensorMixing
{
    /// <summary>Each with the one before it: <see cref="BatchMixture"/> as a whole.</summary>
    internal static Tensor Apply(Tensor images, DrawnBatch drawn)
    {
        BatchMixture mixture = drawn.Mixture!.Value;
        Tensor partners = TrainingBatch.Partners(images);
        if (mixture.Box is { } box)
        {
            Tensor cut = images.clone();
            Inside(cut).copy_(Inside(partners));
            return cut;

            Tensor Inside(Tensor all) => all.narrow(1, box.Top, box.Height).narrow(2, box.Left, box.Width);
        }

        using Scalar own = Scalars.Of(mixture.Share),
            others = Scalars.Of(1 - mixture.Share);
        return images.mul(own).add(partners.mul(others), Scalars.One);
    }
}
