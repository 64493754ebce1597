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

    [TestMethod]
    [DataRow(1, 1 << 5, 0, true, DisplayName = "AVX-512's")]
    [DataRow(1, ~(1 << 5), ~(1 << 22), false, DisplayName = "all features but these")]
    [DataRow(0, 1 << 5, 0, false, DisplayName = "no second part, whose numbers say nothing")]
    [DataRow(0, 0, 1 << 22, true, DisplayName = "AMX's")]
    public void Of_x86_the_features_that_the_processor_names_are_read(int lastPart, int second, int first, bool isThere) =>
        Assert.AreEqual(
            isThere,
            FastBFloat16.IsOnX86((leaf, part) => leaf == 7 && part == 0 ? (lastPart, 0, 0, first) : (second, 0, 0, 0))
        );
}
