using Padam.MLNet.Kernels;
using TorchSharp;

namespace Padam.MLNet.Tests.Kernels;

/// <summary>A few of the random shapes that the reliability sweep tries by the thousand.</summary>
[TestClass]
[DoNotParallelize] // Torch's generator is the process's.
public sealed class KernelPropertyTests
{
    [TestMethod]
    public void Every_kernel_agrees_with_libtorch_on_any_shape_and_stays_within_its_memory()
    {
        Assert.IsTrue(MemoryPool.IsGuarded);
        string[] faults = [.. Enumerable.Range(0, 25).SelectMany(KernelTrial.Faults)];
        Assert.IsEmpty(faults, string.Join(Environment.NewLine, faults));
    }

    /// <summary>
    /// Twice as many outputs as inputs, on maps whose tiles reach beyond them: outputs there are written to a place of their own.
    /// </summary>
    [TestMethod]
    [DataRow(3)]
    [DataRow(6)]
    [DataRow(7)]
    [DataRow(9)]
    [DataRow(10)]
    public void Widening_convolutions_stay_within_their_memory_where_tiles_reach_beyond_the_map(int map)
    {
        ConvolutionExample.NeedRegisters();
        foreach (int batch in (int[])[1, 64])
        {
            using var scope = torch.NewDisposeScope();
            torch.Tensor x = torch.randn(batch, 256, map, map),
                weight = torch.randn(512, 256, 3, 3);
            WinogradConvolution.Forward(x, weight);
            WinogradConvolution.InputGradient(torch.randn(batch, 512, map, map), weight, 1, map, map);
            scope.DisposeEverything();
            MemoryPool.ThrowIfOverrun();
        }
    }
}
