using Padam.MLNet.Kernels;
using Padam.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Backbones;

/// <summary>
/// Grad-CAM (Selvaraju et al., "Visual Explanations from Deep Networks via Gradient-based Localization", arXiv 1610.02391, section 3):
/// where in a map A of the network there is what raises the logit y of a class, relu(sum_k alpha_k A_k) with alpha_k the mean of dy/dA_k.
/// </summary>
internal static class GradCam
{
    // The paper takes the last convolution's map. On small images that may be a single pixel, which shows nothing.
    private const int LeastSide = 4;

    /// <summary>What speaks for a class, [H, W], from 0 to 1 (all 0 where nothing does).</summary>
    /// <param name="network">In evaluation mode.</param>
    /// <param name="image">[1, 3, H, W].</param>
    /// <param name="classIndex">The class.</param>
    public static Tensor Heat(Network network, Tensor image, int classIndex)
    {
        using var state = TorchState.Enter();
        (Tensor map, int stages) = LastMap(network, image);
        map.requires_grad = true;
        Tensor logit = network.LogitsOfRest(map, stages).select(1, classIndex).sum();
        Tensor gradient = Gradient(logit, map);

        using IDisposable noGradients = no_grad();
        Tensor heat = gradient.mean([2, 3], keepdim: true).mul(map).sum(1, keepdim: true).nan_to_num(0).relu();
        Tensor whole = Enlarged(heat, image.shape[2], image.shape[3]);
        double most = whole.max().item<float>();
        using Scalar inverse = Scalars.Of(most > 0 ? 1 / most : 0);
        Tensor scaled = whole.mul(inverse).view(image.shape[2], image.shape[3]);
        state.MoveToCaller([scaled]);
        return scaled;
    }

    // A kernel that fails tells autograd nothing, which then misses a gradient.
    private static Tensor Gradient(Tensor logit, Tensor map)
    {
        try
        {
            return autograd.grad([logit], [map])[0];
        }
        finally
        {
            KernelBackward.ThrowIfFailed();
        }
    }

    private static Tensor Enlarged(Tensor heat, long height, long width) =>
        nn.functional.interpolate(heat, [height, width], mode: InterpolationMode.Bilinear, align_corners: false);

    // The last map that is large enough, else the first: and behind how many stages it is.
    private static (Tensor Map, int Stages) LastMap(Network network, Tensor image)
    {
        using IDisposable noGradients = no_grad();
        for (int stages = network.Stages.Count; ; stages--)
        {
            Tensor made = network.Beginning(image, stages);
            bool isMap = made.dim() == 4 && made.shape[2] >= LeastSide && made.shape[3] >= LeastSide;
            if (isMap || stages == 1)
                return (made.detach(), stages);
        }
    }
}
