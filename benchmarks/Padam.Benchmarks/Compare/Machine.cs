using System.Diagnostics;
using Padam.MLNet.Backbones;
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
    internal static double StepGflop(string backbone, int batch)
    {
        using nn.Module<Tensor, Tensor> network = Backbone.Parse(backbone).Build(SyntheticCifar.Classes);
        (string name, Tensor weight)[] kernels =
        [
            .. network.named_parameters().Where(entry => entry.parameter.dim() == 4).Select(entry => (entry.name, (Tensor)entry.parameter)),
        ];
        double forward = kernels.Select((kernel, index) => 2.0 * kernel.weight.numel() * Math.Pow(MapSide(kernel.name, index), 2)).Sum();
        return 3 * forward * batch / 1e9;
    }

    // The side of a convolution's output. Residual networks halve the map with each of layer2, layer3, ...; a VGG's index counts three
    // layers a convolution, and the poolings before it.
    private static int MapSide(string name, int index)
    {
        string[] parts = name.Split('.');
        if (parts[0] == "features")
            return 32 >> (int.Parse(parts[1]) - (3 * index));
        return parts[0].StartsWith("layer", StringComparison.Ordinal) ? 32 >> (parts[0]["layer".Length] - '1') : 32;
    }
}
