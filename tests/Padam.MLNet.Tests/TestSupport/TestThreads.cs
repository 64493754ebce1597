namespace Padam.MLNet.Tests;

/// <summary>
/// One thread for networks this small: a second one wins nothing, and on a busy machine the two wait for each other, up to seconds a test.
/// </summary>
[TestClass]
public static class TestThreads
{
    [AssemblyInitialize]
    public static void One(TestContext context) => TorchSharp.torch.set_num_threads(1);
}
