using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Backbones;

/// <summary>
/// A square 2-d convolution, [N, in, H, W] to [N, out, H', W'], with parameters <c>weight</c> [out, in, k, k] and, on request, <c>bias</c> [out].
/// For scoring it can take the batch normalisation after it into itself (see <see cref="Folding"/>).
/// </summary>
internal sealed class Convolution : nn.Module<Tensor, Tensor>
{
    private readonly long[] stride, padding;
    private (Tensor Weight, Tensor Bias)? folded;

    public Convolution(long inChannels, long outChannels, int kernel, int stride = 1, bool bias = false) : base(nameof(Convolution))
    {
        this.stride = [stride, stride];
        padding = [kernel / 2, kernel / 2];
        register_parameter(nameof(weight), weight = new Parameter(zeros(outChannels, inChannels, kernel, kernel)));
        if (bias) register_parameter(nameof(bias), this.bias = new Parameter(zeros(outChannels)));
    }

    public Parameter weight { get; }

    public Parameter? bias { get; }

    public override Tensor forward(Tensor input) =>
        folded is var (foldedWeight, foldedBias) ? Convolve(input, foldedWeight, foldedBias) : Convolve(input, weight, bias);

    // The one place where the algorithm is chosen.
    private Tensor Convolve(Tensor input, Tensor weight, Tensor? bias) => nn.functional.conv2d(input, weight, bias, stride, padding);

    /// <summary>Multiplies the output channels by <paramref name="scale"/> and adds <paramref name="shift"/> (both [out]), until <see cref="Unfold"/>.</summary>
    public void Fold(Tensor scale, Tensor shift)
    {
        Unfold();
        using DisposeScope scope = NewDisposeScope();
        Tensor foldedBias = bias is null ? shift.clone() : shift + bias * scale;
        folded = (scope.Detach(weight * scale.view(-1, 1, 1, 1)), scope.Detach(foldedBias));
    }

    public void Unfold()
    {
        folded?.Weight.Dispose();
        folded?.Bias.Dispose();
        folded = null;
    }

    public override void train(bool on = true)
    {
        if (on) Unfold();
        base.train(on);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) Unfold();
        base.Dispose(disposing);
    }
}
