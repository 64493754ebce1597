using Padam.MLNet.Kernels;
using Padam.MLNet.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Layers;

/// <summary>
/// A 2-d convolution with a square kernel, [N, in, H, W] to [N, out, H', W'] with H' = (H + 2 padding - kernel) / stride + 1, as
/// torch.nn.Conv2d: parameters <c>weight</c> [out, in, k, k] and, on request, <c>bias</c> [out]. On the CPU it works on channels-last
/// memory and, where <see cref="Algorithm"/> allows, by kernels of this library. For scoring it takes the batch normalisation after it into
/// itself.
/// </summary>
public sealed class Convolution : nn.Module<Tensor, Tensor>, IExportable
{
    private readonly int _kernel,
        _stride,
        _padding;
    private (Tensor Weight, Tensor Bias)? _folded;

    /// <summary>Makes a layer with PyTorch's fresh weights: uniform within 1/√fan_in, from torch's global generator.</summary>
    /// <param name="inChannels">Channels of the input, at least 1.</param>
    /// <param name="outChannels">Channels of the output, at least 1.</param>
    /// <param name="kernelSize">Rows and columns of the kernel, at least 1.</param>
    /// <param name="stride">Pixels from output to output, at least 1.</param>
    /// <param name="padding">Rows and columns of zeros around each image, at least 0.</param>
    /// <param name="bias">Whether a number a channel is added to the output.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below its least.</exception>
    public Convolution(long inChannels, long outChannels, int kernelSize, int stride = 1, int padding = 0, bool bias = true)
        : this(inChannels, outChannels, kernelSize, stride, padding, bias, onTinyMaps: false)
    {
        Algorithm = ConvolutionAlgorithm.Auto;
        using IDisposable noGradients = no_grad();
        double bound = 1 / Math.Sqrt(inChannels * kernelSize * kernelSize);
        Weight.uniform_(-bound, bound);
        Bias?.uniform_(-bound, bound);
    }

    private Convolution(long inChannels, long outChannels, int kernelSize, int stride, int padding, bool bias, bool onTinyMaps)
        : base(nameof(Convolution))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inChannels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outChannels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(kernelSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(padding);
        NativeLibraries.EnsureLoaded();
        (_kernel, _stride, _padding, OnTinyMaps) = (kernelSize, stride, padding, onTinyMaps);
        WeightLimit.Take(outChannels, inChannels, kernelSize, kernelSize);
        register_parameter("weight", new Parameter(CpuTensors.Zeros([outChannels, inChannels, kernelSize, kernelSize])));
        if (bias)
            register_parameter("bias", new Parameter(CpuTensors.Zeros([outChannels])));
    }

    /// <summary>
    /// How it is computed on the CPU. The default value is <see cref="ConvolutionAlgorithm.Auto"/>; a trainer sets its own.
    /// </summary>
    public ConvolutionAlgorithm Algorithm { get; set; }

    /// <summary>What it multiplies in, in training mode.</summary>
    internal Precision Precision { get; set; }

    // Looked up each time: moving a module to another device replaces what is registered.
    internal Parameter Weight => get_parameter("weight")!;

    internal Parameter? Bias => has_parameter("bias") ? get_parameter("bias") : null;

    /// <summary>
    /// Whether this layer usually sees maps of up to 2x2, as VGG's last block on 32x32 images does. There libtorch's channels-last
    /// convolution is the slower one, so its weights keep the plain layout, and such a map is brought to it.
    /// </summary>
    internal bool OnTinyMaps { get; }

    /// <summary>A layer of a built-in network: padded by half the kernel, computed directly until told otherwise, its weights 0 until they
    /// are drawn.</summary>
    internal static Convolution ForBackbone(
        long inChannels,
        long outChannels,
        int kernel,
        int stride = 1,
        bool bias = false,
        bool onTinyMaps = false
    ) => new(inChannels, outChannels, kernel, stride, kernel / 2, bias, onTinyMaps) { Algorithm = ConvolutionAlgorithm.Direct };

    /// <summary>
    /// The convolution of images [N, in, H, W], best in channels-last memory. On the CPU its maps lie in channels-last memory, whatever the
    /// input: bring them into one row an image by <c>flatten</c> or <c>reshape</c>, since <c>view</c> needs the plain layout.
    /// </summary>
    public override Tensor forward(Tensor input) => Activated(input, Activation.None);

    GraphValue IExportable.Export(IGraphBuilder graph, GraphValue input) =>
        graph.Convolution(input, ScoringWeights.Weight, ScoringWeights.Bias, KernelWindow.Square(_kernel, _stride, _padding));

    // With the normalisation after it, where that is folded.
    private (Tensor Weight, Tensor? Bias) ScoringWeights =>
        _folded is var (foldedWeight, foldedBias) ? (foldedWeight, foldedBias) : (Weight, Bias);

    private Tensor Product(Tensor x, Tensor weight, Tensor? bias, Activation activation) =>
        Convolution2d.Apply(x, weight, bias, _stride, _padding, activation, Algorithm);

    /// <summary>The convolution, with an activation where asked for.</summary>
    internal Tensor Activated(Tensor input, Activation activation)
    {
        using DisposeScope scope = NewDisposeScope();
        if (OnTinyMaps && input.shape[2] * input.shape[3] <= 4)
            input = input.contiguous();
        (Tensor weight, Tensor? bias) = ScoringWeights;
        Tensor output =
            training && Precision == Precision.BFloat16
                ? BFloat16Product.Of(input, weight, bias, (x, w, b) => Product(x, w, b, Activation.None)).ActivatedInPlace(activation)
                : Product(input, weight, bias, activation);
        return ActivationCount.Counted(output).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Multiplies the output channels by <paramref name="scale"/> and adds <paramref name="shift"/> (both [out]), until
    /// <see cref="Unfold"/>.
    /// </summary>
    internal void Fold(Tensor scale, Tensor shift)
    {
        Unfold();
        using DisposeScope scope = NewDisposeScope();
        Tensor foldedBias = Bias is { } bias ? shift.add(bias * scale, Scalars.One) : shift.clone();
        _folded = (scope.Detach(Weight * scale.view(-1, 1, 1, 1)), scope.Detach(foldedBias));
    }

    internal void Unfold()
    {
        _folded?.Weight.Dispose();
        _folded?.Bias.Dispose();
        _folded = null;
    }

    /// <inheritdoc/>
    public override void train(bool train = true)
    {
        if (train)
            Unfold();
        base.train(train);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Unfold();
        base.Dispose(disposing);
    }
}
