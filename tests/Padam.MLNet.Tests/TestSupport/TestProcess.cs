using Padam.MLNet.Kernels;
using Padam.MLNet.Native;

namespace Padam.MLNet.Tests;

/// <summary>What holds for the whole process of the tests.</summary>
[TestClass]
public static class TestProcess
{
    /// <summary>
    /// One thread for networks this small: a second one wins nothing, and on a busy machine the two wait for each other, up to seconds a
    /// test. And guard words around all memory of the kernels: who writes beyond it fails a test, whichever is the next to ask for memory.
    /// libtorch as the library loads it, since tests compare with what it computes.
    /// </summary>
    [AssemblyInitialize]
    public static void Begin(TestContext context)
    {
        NativeLibraries.EnsureLoaded();
        TorchSharp.torch.set_num_threads(1);
        MemoryPool.IsGuarded = true;
    }

    [AssemblyCleanup]
    public static void End()
    {
        // What the tests left to the finalizers is returned, and looked at, too.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        MemoryPool.ThrowIfOverrun();
    }
}
