using Padam.MLNet.Native;

namespace Padam.MLNet.Tests.Native;

[TestClass]
public sealed class FastBFloat16Tests
{
    [TestMethod]
    [DataRow("processor\t: 0\nFeatures\t: fp asimd svei8mm bf16 i8mm\nCPU part\t: 0xd40", true)]
    [DataRow("processor\t: 0\nFeatures\t: fp asimd svebf16\n", false)]
    [DataRow("processor\t: 0\nBogoMIPS\t: 50.00 bf16\n", null)]
    [DataRow("", null)]
    public void Of_ARM64_the_features_that_Linux_names_are_read(string cpuinfo, bool? isThere) =>
        Assert.AreEqual(isThere, FastBFloat16.IsOnArm(cpuinfo));
}
