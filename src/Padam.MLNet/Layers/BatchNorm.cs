using System.Runtime.InteropServices;
using Padam.MLNet.Kernels;
using Padam.MLNet.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Layers;

/// <summary>
/// Batch normalisation of the channels of [N, C, H, W] (Ioffe and Szegedy, 2015) as torch.nn.BatchNorm2d, with its parameters and buffers:
/// <c>weight</c>, <c>bias</c>, <c>running_mean</c>, <c>running_var</c> (unbiased), <c>num_batches_tracked</c>. On channels-last maps of the
/// CPU it takes two passes over the memory each way, a residual and an activation included (<see cref="After"/>).
/// </summary>
public sealed class BatchNorm : nn.Module<Tensor, Tensor>, IExportable
{
    private readonly double _momentum,
        _epsilon;
    private bool _folded;
    private SumOverRanks? _others;

    /// <summary>Makes a layer that begins at weight 1, bias 0.</summary>
    /// <param name="channels">Channels, at least 1.</param>
    /// <param name="epsilon">Added to the variance before its root, above 0.</param>
    /// <param name="momentum">Weight of the newest batch in the running mean and variance, in (0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public BatchNorm(long channels, double epsilon = 1e-5, double momentum = 0.1)
        : base(nameof(BatchNorm))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(epsilon);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(momentum);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(momentum, 1);
        NativeLibraries.EnsureLoaded();
        (_momentum, _epsilon) = (momentum, epsilon);
        register_parameter("weight", new Parameter(CpuTensors.Ones([channels])));
        register_parameter("bias", new Parameter(CpuTensors.Zeros([channels])));
        register_buffer("running_mean", CpuTensors.Zeros([channels]));
        register_buffer("running_var", CpuTensors.Ones([channels]));
        register_buffer("num_batches_tracked", CpuTensors.Zeros([1], ScalarType.Int64).squeeze());
    }

    // Looked up each time: moving a module to another device replaces what is registered.
    internal Parameter Weight => get_parameter("weight")!;

    internal Parameter Bias => get_parameter("bias")!;

    internal Tensor RunningMean => get_buffer("running_mean")!;

    internal Tensor RunningVariance => get_buffer("running_var")!;

    internal Tensor BatchesTracked => get_buffer("num_batches_tracked")!;

    /// <summary>
    /// The normalised maps, in channels-last memory where the input is: by the batch's statistics in training mode, by the running ones in
    /// evaluation mode.
    /// </summary>
    /// <exception cref="InvalidOperationException">In training mode, the input has one value a channel.</exception>
    public override Tensor forward(Tensor input) => _folded ? input.alias() : Normalize(input, residual: null, Activation.None);

    /// <summary>
    /// activation(batch_norm(convolution(input)) + residual): a convolution and what follows it as one, which takes fewer passes over
    /// memory than one after the other, and in scoring the convolution alone. A network that calls this is an <see cref="IFoldable"/>.
    /// </summary>
    /// <param name="convolution">The convolution whose output this layer normalises.</param>
    /// <param name="input">Its input, [N, in, H, W].</param>
    /// <param name="residual">Added after the normalisation, of the output's shape; null for nothing.</param>
    /// <param name="activation">Applied last.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such activation.</exception>
    /// <exception cref="InvalidOperationException">In training mode, the convolution's output has one value a channel.</exception>
    public Tensor After(Convolution convolution, Tensor input, Tensor? residual = null, Activation activation = Activation.None)
    {
        ArgumentNullException.ThrowIfNull(convolution);
        activation.Require(nameof(activation));
        using DisposeScope scope = NewDisposeScope();
        Tensor output = _folded
            ? residual is null
                ? convolution.Activated(input, activation)
                : AddAndActivate(convolution.Activated(input, Activation.None), residual, activation)
            : Normalize(convolution.forward(input), residual, activation);
        return output.MoveToOuterDisposeScope();
    }

    /// <summary>The normalised maps with an activation, as one.</summary>
    internal Tensor Activated(Tensor input, Activation activation)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor output = _folded ? input.Activated(activation) : Normalize(input, residual: null, activation);
        return output.MoveToOuterDisposeScope();
    }

    GraphValue IExportable.Export(IGraphBuilder graph, GraphValue input)
    {
        if (_folded)
            return input;
        (Tensor scale, Tensor shift) = Running();
        return graph.Affine(input, scale, shift);
    }

    /// <summary>What <see cref="After"/> does, written down.</summary>
    internal GraphValue ExportAfter(
        Convolution convolution,
        IGraphBuilder graph,
        GraphValue input,
        GraphValue? residual = null,
        Activation activation = Activation.None
    )
    {
        GraphValue map = graph.Module(this, graph.Module(convolution, input));
        if (residual is not null)
            map = graph.Sum(map, residual);
        return graph.Activated(map, activation);
    }

    private Tensor Normalize(Tensor input, Tensor? residual, Activation activation)
    {
        if (training)
        {
            if (_others is null)
                RequireBatch(input);
            else if (input.dim() != 4)
                throw new NotSupportedException(
                    $"SynchronizedBatchNorm is for maps [N, C, H, W], and a layer gets [{string.Join(", ", input.shape)}]. Leave it off."
                );
            BatchesTracked.add_(Scalars.One, Scalars.One);
        }

        if (training && (_others is not null || BatchNormalization.Supports(input)))
            return ActivationCount.Counted(ByKernel(input, residual, activation));
        Tensor output = nn.functional.batch_norm(input, RunningMean, RunningVariance, Weight, Bias, training, _momentum, _epsilon);
        return AddAndActivate(ActivationCount.Counted(output), residual, activation);
    }

    // The variance of one value is no number, nor would the running one be from then on.
    private static void RequireBatch(Tensor input)
    {
        if (input.dim() > 1 && input.numel() == input.shape[1])
            throw new InvalidOperationException(
                $"Batch normalisation in training needs more than one value a channel, and gets one image of "
                    + $"[{string.Join(", ", input.shape)}]. Train with a larger batch or larger images."
            );
    }

    // In place: the map is one that nobody else has seen.
    private static Tensor AddAndActivate(Tensor map, Tensor? residual, Activation activation)
    {
        if (residual is not null)
            map = map.add_(residual, Scalars.One);
        return map.ActivatedInPlace(activation);
    }

    private Tensor ByKernel(Tensor input, Tensor? residual, Activation activation)
    {
        (Tensor output, BatchStatistics batch) = BatchNormalization.Apply(input, Weight, Bias, residual, activation, _epsilon, _others);
        UpdateRunning(RunningMean, batch.Mean);
        UpdateRunning(RunningVariance, [.. batch.Variance.Select(biased => biased * batch.Count / (batch.Count - 1))]);
        return output;
    }

    private void UpdateRunning(Tensor running, double[] batch)
    {
        Span<float> values = MemoryMarshal.Cast<byte, float>(running.bytes);
        for (int i = 0; i < batch.Length; i++)
            values[i] = (float)((1 - _momentum) * values[i] + _momentum * batch[i]);
    }

    /// <summary>
    /// Lets <paramref name="convolution"/>, whose output this layer normalises, do the work by the running statistics, until
    /// <see cref="Unfold"/>.
    /// </summary>
    internal void FoldInto(Convolution convolution)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor scale, Tensor shift) = Running();
        convolution.Fold(scale, shift);
        _folded = true;
    }

    // What it does by the running statistics, as a factor and an addend for each channel.
    private (Tensor Scale, Tensor Shift) Running()
    {
        using Scalar small = Scalars.Of(_epsilon);
        Tensor scale = Weight * RunningVariance.add(small, Scalars.One).rsqrt();
        return (scale, Bias - RunningMean * scale);
    }

    internal void Unfold() => _folded = false;

    /// <summary>
    /// In training, normalises by the statistics of a batch that many processes share, until told null. Maps of the CPU alone, whose
    /// channels the kernels take; a value a channel is enough where the others have more.
    /// </summary>
    internal void ShareWith(SumOverRanks? others) => _others = others;

    /// <inheritdoc/>
    public override void train(bool train = true)
    {
        if (train)
            Unfold();
        base.train(train);
    }
}
