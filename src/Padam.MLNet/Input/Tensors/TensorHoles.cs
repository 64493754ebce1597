using Padam.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Input;

/// <summary>Batches of normalised images [N, H, W, 3], a box of each filled with the network's 0, the mean colour.</summary>
internal static class TensorHoles
{
    internal static Tensor Apply(Tensor images, DrawnBatch drawn, Func<ImageVariation, PixelBox?> box)
    {
        using Scalar zero = Scalars.Of(0);
        return images.masked_fill(drawn.Inside(box), zero);
    }
}
