using Microsoft.ML;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests;

/// <summary>
/// Tests of networks on a GPU beside the same on the CPU; skipped where there is none. Without TF32 in convolutions, which libtorch lets
/// them take.
/// </summary>
public abstract class BesideTheCpu
{
    private bool? _tf32;

    public TestContext TestContext { get; set; } = null!;

    private protected MLContext OnCpu { get; } = new(seed: 1);

    private protected MLContext OnGpu { get; private set; } = null!;

    private protected TemporaryFolder Folder { get; } = new();

    [TestInitialize]
    public void Require()
    {
        Gpu.Require();
        OnGpu = Gpu.Context();
        (_tf32, backends.cudnn.allow_tf32) = (backends.cudnn.allow_tf32, false);
    }

    [TestCleanup]
    public void Restore()
    {
        if (_tf32 is { } before)
            backends.cudnn.allow_tf32 = before;
        Folder.Dispose();
    }
}
