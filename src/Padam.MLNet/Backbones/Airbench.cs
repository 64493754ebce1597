using Padam.MLNet.Layers;
using Padam.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace Padam.MLNet.Backbones;

/// <summary>
/// The network of airbench94 (Jordan, "94% on CIFAR-10 in 3.29 seconds on a single GPU", arXiv 2404.00498): a 2x2 convolution that whitens
/// patches of the training images, three groups of two 3x3 convolutions (64, 256 and 256 wide) with GELU, the largest value of each
/// channel, and a linear layer without bias whose logits are divided by 9. Batch normalisation has no scale: its weights stay 1.
/// </summary>
internal sealed class Airbench : Network, IFoldable, IWhitened
{
    private const int Channels = 3,
        PatchSide = 2,
        PatchValues = Channels * PatchSide * PatchSide,
        LogitsDividedBy = 9;

    // Added to the eigenvalues, so that directions of hardly any variance are not blown up.
    private const double SmallEigenvalue = 5e-4;

    private static readonly int[] Widths = [64, 256, 256];

    private readonly Convolution whiten;
    private readonly AirbenchGroup[] groups;

    public Airbench(int classes, BackboneSettings settings)
        : base(nameof(Airbench))
    {
        // Each eigenvector and its negative.
        register_module(nameof(whiten), whiten = new Convolution(Channels, 2 * PatchValues, PatchSide));
        int channels = 2 * PatchValues;
        groups = new AirbenchGroup[Widths.Length];
        for (int i = 0; i < groups.Length; i++)
        {
            register_module($"block{i + 1}", groups[i] = new AirbenchGroup(channels, Widths[i], settings));
            channels = Widths[i];
        }

        LastLayer = new Dense(channels, classes, bias: false);
        register_module("linear", LastLayer);
        Initializer.Draw(this, settings.Initialization);
        foreach (AirbenchGroup group in groups)
            group.StartAsIdentity();
        using IDisposable noGradients = no_grad();
        whiten.Bias!.zero_();
        whiten.Weight.requires_grad = false;
    }

    internal override Dense LastLayer { get; }

    internal override IReadOnlyList<Stage> Stages =>
        [
            new(
                [whiten],
                images => whiten.Activated(images, Activation.Gelu),
                (graph, images) => graph.Activated(graph.Module(whiten, images), Activation.Gelu)
            ),
            .. groups.Select(Stage.Of),
            new([], Largest, (graph, map) => graph.Multiply(graph.Largest(map), 1.0 / LogitsDividedBy)),
        ];

    public IEnumerable<(Convolution Convolution, BatchNorm Norm)> Pairs => groups.Select(group => group.Pair);

    public void Whiten(IEnumerable<Tensor> images)
    {
        using var state = TorchState.EnterWithoutGradients();
        Tensor products = CpuTensors.Zeros([PatchValues, PatchValues], ScalarType.Float64);
        long patches = 0;
        foreach (Tensor batch in images)
        {
            using Tensor _ = batch;
            using DisposeScope scope = NewDisposeScope();
            // [N, 12, patches]
            Tensor values = unfold(batch.contiguous(), PatchSide);
            products.add_(values.matmul(values.transpose(1, 2)).to(ScalarType.Float64).sum(dim: 0), Scalars.One);
            patches += values.shape[0] * values.shape[2];
        }

        using Scalar part = Scalars.Of(1.0 / patches),
            small = Scalars.Of(SmallEigenvalue);
        // Ascending, the eigenvectors in columns.
        (Tensor eigenvalues, Tensor eigenvectors) = linalg.eigh(products.mul(part));
        Tensor scaled = eigenvectors.div(eigenvalues.add(small, Scalars.One).sqrt()).transpose(0, 1).flip(0);
        whiten.Weight.copy_(cat([scaled, scaled.neg()], 0).view(2 * PatchValues, Channels, PatchSide, PatchSide));
    }

    // The last layer has no bias, so that this divides the logits.
    private static Tensor Largest(Tensor map)
    {
        using Scalar ninth = Scalars.Of(1.0 / LogitsDividedBy);
        return map.amax([2, 3]).mul(ninth);
    }
}

/// <summary>A network whose first layer is made from training images.</summary>
internal interface IWhitened
{
    /// <summary>Images that are enough to know their patches.</summary>
    const int Images = 5000;

    /// <summary>Makes the first layer's weights.</summary>
    /// <param name="images">Batches of normalised images [N, 3, H, W] on the CPU; each is disposed when it is done.</param>
    void Whiten(IEnumerable<Tensor> images);
}
