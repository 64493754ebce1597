using Microsoft.ML;
using Padam.MLNet;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Runs;

/// <summary>Devices by name, and what the library warns of.</summary>
[TestClass]
public sealed class RunContextTests
{
    [TestMethod]
    [DataRow("cpu", null)]
    [DataRow("cuda", 0)]
    [DataRow("cuda:3", 3)]
    public void A_device_is_asked_for_by_its_number_and_never_replaced_by_the_CPU(string device, int? gpu)
    {
        Assert.IsTrue(RunContext.IsDevice(device));
        var mlContext = RunContext.Of(_ => { }, seed: 1, device);
        Assert.AreEqual((gpu, false), (mlContext.GpuDeviceId, mlContext.FallbackToCpu));
    }

    [TestMethod]
    [DataRow("gpu")]
    [DataRow("cuda:")]
    [DataRow("cuda:-1")]
    [DataRow("cuda:x")]
    [DataRow("CPU")]
    public void What_is_no_device_is_none(string name) => Assert.IsFalse(RunContext.IsDevice(name));

    [TestMethod]
    public void Warnings_of_the_library_are_passed_on_in_the_words_of_the_console_and_nothing_else_is()
    {
        using TemporaryFolder folder = new();
        Pictures.WriteFolder(folder["data"], ("cat", 2, 1));
        File.WriteAllText(folder["data", "train", "cat", "old.heic"], "no picture");
        List<string> warnings = [];

        IDataView images = RunContext.Of(warnings.Add).Padam().LoadImageFolder(folder["data", "train"]);

        Assert.AreEqual(2, images.GetRowCount());
        StringAssert.StartsWith(warnings.Single(), "Warning: Files that cannot be decoded as images are left out: 1 .heic");
    }
}
