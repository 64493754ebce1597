using Padam.MLNet.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Backbones;

/// <summary>
/// A square 2-d convolution, [N, in, H, W] to [N, out, H', W'], with parameters <c>weight</c> [out, in, k, k] and, on request, <c>bias</c>
/// [out].
/// For scoring it can take the batch normalisation after it into itself (see <see cref="Folding"/>).
/// </summary>
internal sealed class Convolution : nn.Module<Tensor, Tensor>
{
    private readonly int stride,
        padding;
    private (Tensor Weight, Tensor Bias)? folded;

    public Convolution(long inChannels, long outChannels, int kernel, int stride = 1, bool bias = false, bool onTinyMaps = false)
        : base(nameof(Convolution))
    {
        OnTinyMaps = onTinyMaps;
        this.stride = stride;
        padding = kernel / 2;
        WeightLimit.Take(outChannels, inChannels, kernel, kernel);
        register_parameter("weight", new Parameter(CpuTensors.Zeros([outChannels, inChannels, kernel, kernel])));
        if (bias)
            register_parameter("bias", new Parameter(CpuTensors.Zeros([outChannels])));
    }

    // Looked up each time: moving a module to another device replaces what is registered.
    public Parameter Weight => get_parameter("weight")!;

    public Parameter? Bias => has_parameter("bias") ? get_parameter("bias") : null;

    /// <summary>
    /// Whether this layer usually sees maps of up to 2x2, as VGG's last block on 32x32 images does. There libtorch's channels-last
    /// convolution is the slower one,
    /// so its weights keep the plain layout, and such a map is brought to it.
    /// </summary>
    public bool OnTinyMaps { get; }

    public override Tensor forward(Tensor input) => Forward(input, rectify: false);

    /// <summary>The convolution, negative outputs made zero (ReLU) where asked for.</summary>
    public Tensor Forward(Tensor input, bool rectify)
    {
        if (OnTinyMaps && input.shape[2] * input.shape[3] <= 4)
            input = input.contiguous();
        (Tensor weight, Tensor? bias) = folded is var (foldedWeight, foldedBias) ? (foldedWeight, foldedBias) : (Weight, Bias);
        return ActivationCount.Counted(Kernels.Convolution2d.Apply(input, weight, bias, stride, padding, rectify, Algorithm));
    }

    /// <summary>How it is computed; <see cref="ConvolutionChoice"/> sets it for a whole network.</summary>
    public ConvolutionAlgorithm Algorithm { get; set; } = ConvolutionAlgorithm.Direct;

    /// <summary>
    /// Multiplies the output channels by <paramref name="scale"/> and adds <paramref name="shift"/> (both [out]), until
    /// <see cref="Unfold"/>.
    /// </summary>
    public void Fold(Tensor scale, Tensor shift)
    {
        Unfold();
        using DisposeScope scope = NewDisposeScope();
        Tensor foldedBias = Bias is { } bias ? shift.add(bias * scale, Scalars.One) : shift.clone();
        folded = (scope.Detach(Weight * scale.view(-1, 1, 1, 1)), scope.Detach(foldedBias));
    }

    public void Unfold()
    {
        folded?.Weight.Dispose();
        folded?.Bias.Dispose();
        folded = null;
    }

    public override void train(bool on = true)
    {
        if (on)
            Unfold();
        base.train(on);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Unfold();
        base.Dispose(disposing);
    }
}
