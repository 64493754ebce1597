using static TorchSharp.torch;

namespace Padam.MLNet.Tests;

[TestClass]
[DoNotParallelize] // It looks at the process's resident memory.
public sealed class LargeAllocationsTests
{
    [TestMethod]
    public void Freed_tensors_leave_no_holes_behind()
    {
        if (!LargeAllocations.MapOneByOne()) Assert.Inconclusive("Only Linux with glibc has the setting.");
        using var scope = NewDisposeScope();
        long before = ResidentMegabytes();
        Tensor[] large = new Tensor[64], small = new Tensor[64];
        for (int i = 0; i < large.Length; i++) (large[i], small[i]) = (ones(1 << 20), ones(1 << 14));
        long full = ResidentMegabytes();
        foreach (Tensor tensor in large) tensor.Dispose();
        Assert.IsTrue(full - before > 200, $"{before} MB, then {full} MB");
        Assert.IsTrue(ResidentMegabytes() - before < 64, $"{before} MB, then {full} MB, then {ResidentMegabytes()} MB");
    }

    private static long ResidentMegabytes() => long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1]) * Environment.SystemPageSize >> 20;
}
