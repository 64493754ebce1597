using System.Diagnostics;
using Padam.MLNet;
using Padam.MLNet.Kernels;
using Padam.MLNet.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.Benchmarks.Convolutions;

/// <summary>A convolution's three passes on drawn images: forward, the input's gradient, the weights' gradient.</summary>
internal sealed class ConvolutionPasses : IDisposable
{
    internal const int Count = 3;

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Action[] _passes;
    private readonly List<double>[] _milliseconds = [.. Enumerable.Range(0, Count).Select(_ => new List<double>())];

    internal ConvolutionPasses(ConvolutionSize size, int batch, ConvolutionAlgorithm algorithm)
    {
        Tensor x = randn(batch, size.Inputs, size.Side * size.Stride, size.Side * size.Stride).ToChannelsLast(),
            weight = randn(size.Outputs, size.Inputs, size.Kernel, size.Kernel).ToChannelsLast(),
            xWithGradient = x.detach().requires_grad_(),
            weightWithGradient = weight.detach().requires_grad_();
        Tensor Forward(Tensor of, Tensor by) => Convolution2d.Apply(of, by, null, size.Stride, size.Kernel / 2, Activation.None, algorithm);
        Tensor ofInput = Forward(xWithGradient, weight),
            ofWeight = Forward(x, weightWithGradient),
            dy = randn(ofInput.shape).ToChannelsLast();
        _passes =
        [
            () =>
            {
                using IDisposable noGradient = no_grad();
                Forward(x, weight);
            },
            () => autograd.grad([ofInput], [xWithGradient], [dy], retain_graph: true),
            () => autograd.grad([ofWeight], [weightWithGradient], [dy], retain_graph: true),
        ];
        MeasureOnce(counts: false);
    }

    /// <summary>Runs each pass once; <paramref name="counts"/>: and remembers its time.</summary>
    internal void MeasureOnce(bool counts = true)
    {
        for (int pass = 0; pass < Count; pass++)
        {
            using DisposeScope scope = NewDisposeScope();
            long start = Stopwatch.GetTimestamp();
            _passes[pass]();
            if (counts)
                _milliseconds[pass].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
    }

    /// <summary>The least milliseconds of each pass: what the neighbours on a shared machine add is left out.</summary>
    internal double[] Least => [.. _milliseconds.Select(times => times.Min())];

    public void Dispose() => _scope.Dispose();
}
