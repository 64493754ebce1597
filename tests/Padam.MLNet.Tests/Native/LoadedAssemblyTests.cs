using System.Reflection;
using Padam.MLNet.Native;

namespace Padam.MLNet.Tests.Native;

[TestClass]
public sealed class LoadedAssemblyTests
{
    [TestMethod]
    [DataRow("0.107.0.0")]
    [DataRow("0.107.3.0")]
    public void The_version_that_was_built_for_is_used(string version) => Assert.IsNull(Fault(version));

    [TestMethod]
    [DataRow("0.102.7.0")]
    [DataRow("0.108.0.0")]
    [DataRow("1.107.0.0")]
    public void Another_is_refused_in_a_sentence_with_both_versions(string version)
    {
        string fault = Fault(version)!;
        StringAssert.StartsWith(fault, $"TorchSharp {version} was loaded");
        StringAssert.EndsWith(fault, "reference TorchSharp 0.107 in the program that runs.");
    }

    [TestMethod]
    public void One_without_a_version_is_refused() =>
        StringAssert.Contains(LoadedAssembly.Fault(new AssemblyName("TorchSharp"), major: 0, minor: 107), "was loaded, but");

    [TestMethod]
    public void The_TorchSharp_of_this_build_is_the_one_that_was_built_for() => TorchSharpEntryPoints.RequireVersion();

    private static string? Fault(string version) =>
        LoadedAssembly.Fault(new AssemblyName("TorchSharp") { Version = Version.Parse(version) }, major: 0, minor: 107);
}
