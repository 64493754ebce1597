using TorchSharp;

namespace Padam.Reproduce.Tests;

[TestClass]
public sealed class NativeLibraryTests
{
    [TestMethod]
    public void TorchSharp_loads_beside_the_console() => Assert.AreEqual(6f, torch.arange(4).sum().item<long>());
}
