using Padam.MLNet.Native;

namespace Padam.MLNet.Tests.Native;

[TestClass]
public sealed class OpenMpiTests
{
    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void A_library_that_is_not_there_is_refused_with_its_package()
    {
        string message = Assert.ThrowsExactly<DllNotFoundException>(() => OpenMpi.Open("libmpi-of-nowhere.so.1")).Message;
        StringAssert.StartsWith(message, "Open MPI's libmpi-of-nowhere.so.1 cannot be loaded: install Debian's package openmpi-bin");
        StringAssert.Contains(message, "cannot open shared object file", "what the loader said");
    }

    [TestMethod]
    [DataRow("Open MPI v4.1.4, package: Debian OpenMPI, ident: 4.1.4, repo rev: v4.1.4, May 26, 2022", null)]
    [DataRow("Open MPI v4.0.5, package: Debian OpenMPI", "'Open MPI v4.0.5'")]
    [DataRow("Open MPI v5.0.3, package: Open MPI", "'Open MPI v5.0.3'")]
    [DataRow("MPICH Version:\t4.0.2", "'MPICH Version:\t4.0.2'")]
    public void Another_version_is_refused_by_its_name(string version, string? named)
    {
        string? fault = OpenMpi.Fault(version);
        Assert.AreEqual(named is null, fault is null);
        StringAssert.Contains(fault ?? "", named ?? "");
    }

    [TestMethod]
    public void An_error_that_comes_back_names_the_call()
    {
        OpenMpi.Check(0, "MPI_Test");
        Assert.AreEqual(
            "Open MPI's MPI_Test failed with error 13.",
            Assert.ThrowsExactly<InvalidOperationException>(() => OpenMpi.Check(13, "MPI_Test")).Message
        );
    }
}
