using Padam.MLNet.Native;

namespace Padam.MLNet.Tests.Native;

[TestClass]
[OSCondition(OperatingSystems.Linux)]
public sealed class LibtorchExportsTests
{
    [TestMethod]
    public void A_function_of_libtorch_or_of_its_OpenMP_has_an_address_in_its_file()
    {
        StringAssert.EndsWith(LibtorchExports.FileOf(LibtorchExports.Find("_ZN2at13globalContextEv")), "libtorch_cpu.so");
        StringAssert.Contains(LibtorchExports.FileOf(LibtorchExports.Find("GOMP_parallel")), "gomp");
    }

    [TestMethod]
    public void What_is_not_there_has_no_address()
    {
        Assert.AreEqual(0, LibtorchExports.Find("no_such_function"));
        StringAssert.EndsWith(LibtorchExports.FileOf(0), "libtorch_cpu.so", "where nothing else holds it");
    }
}
