using TorchSharp;

namespace Padam.MLNet.Tests;

[TestClass]
public sealed class NativeLibraryTests
{
    [TestMethod]
    public void TorchSharp_loads_and_computes() => Assert.AreEqual(4f, torch.ones(2, 2).sum().item<float>());
}
