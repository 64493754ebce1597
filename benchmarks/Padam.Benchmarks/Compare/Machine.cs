using System.Diagnostics;
using Padam.Benchmarks.Convolutions;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.Benchmarks.Compare;

/// <summary>
/// What the machine could do at best: its rate of matrix products, and the work of a training step by direct convolution.
/// </summary>
internal static class Machine
{
    private const int Side = 2048,
        Products = 5;

    /// <summary>GFLOP/s of a product of two square matrices of singles.</summary>
    internal static double MatrixProductGflops()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor a = rand(Side, Side),
            b = rand(Side, Side),
            product = empty(Side, Side);
        product.addmm_(a, b, beta: 0);
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < Products; i++)
            product.addmm_(a, b, beta: 0);
        return Products * 2.0 * Side * Side * Side / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9;
    }

    /// <summary>
    /// GFLOP of forward and backward on 32x32 images: three times the forward convolutions (the input's gradient and the weights' cost as
    /// much again each), two for a multiplication and addition.
    /// </summary>
    internal static double StepGflop(string backbone, int batch) => 3 * batch * ConvolutionSize.Of(backbone).Sum(size => size.Gflop);
}
