using BenchmarkDotNet.Attributes;
using Padam.MLNet.Layers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Padam.Benchmarks.Pieces;

/// <summary>
/// Forward and backward of a network of one's own, three times convolution, normalisation and ReLU at 32x32, 16x16 and 8x8: by TorchSharp's
/// modules and by <c>Padam.MLNet.Layers</c>, in the layout that suits each.
/// </summary>
public class LayersStep
{
    private const int Batch = 128;
    private Sequential _theirs = null!,
        _ours = null!;
    private Tensor _images = null!,
        _labels = null!;

    /// <summary>Channels of the first block; twice and four times as many in the others.</summary>
    [Params(24, 64)]
    public int Width { get; set; }

    [GlobalSetup]
    public void Build()
    {
        _images = randn(Batch, 3, 32, 32);
        _labels = randint(10, Batch);
        _theirs = Network(
            (inputs, outputs) => Sequential(Conv2d(inputs, outputs, 3, padding: 1, bias: false), BatchNorm2d(outputs), ReLU())
        );
        _ours = Network((inputs, outputs) => new ConvolutionBatchNorm(inputs, outputs, 3));
    }

    [Benchmark(Baseline = true)]
    public void TorchSharpModules() => Step(_theirs);

    [Benchmark]
    public void PadamLayers() => Step(_ours);

    [GlobalCleanup]
    public void Dispose()
    {
        _theirs.Dispose();
        _ours.Dispose();
        _images.Dispose();
        _labels.Dispose();
    }

    private Sequential Network(Func<int, int, Module<Tensor, Tensor>> block) =>
        Sequential(
            block(3, Width),
            block(Width, Width),
            MaxPool2d(2),
            block(Width, 2 * Width),
            MaxPool2d(2),
            block(2 * Width, 4 * Width),
            new GlobalAveragePool(),
            Linear(4 * Width, 10)
        );

    private void Step(Sequential network)
    {
        using DisposeScope scope = NewDisposeScope();
        foreach (Parameter parameter in network.parameters())
            parameter.grad = null;
        functional.cross_entropy(network.forward(_images), _labels).backward();
    }
}
