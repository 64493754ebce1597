using Padam.MLNet.Native;

namespace Padam.MLNet.Tests.Native;

[TestClass]
public sealed class ProcessorCoresTests
{
    [TestMethod]
    public void Hardware_threads_of_one_core_count_once_and_cores_of_two_packages_apart()
    {
        using TemporaryFolder folder = new();
        foreach ((int processor, (int package, int core)) in new[] { (0, 0), (0, 1), (1, 0), (0, 0) }.Index())
        {
            Directory.CreateDirectory(folder[$"cpu{processor}", "topology"]);
            File.WriteAllText(folder[$"cpu{processor}", "topology", "physical_package_id"], $"{package}\n");
            File.WriteAllText(folder[$"cpu{processor}", "topology", "core_id"], $"{core}\n");
        }

        Directory.CreateDirectory(folder["cpufreq"]);
        Assert.AreEqual(3, ProcessorCores.In(folder.Path));
    }

    [TestMethod]
    public void Where_the_system_does_not_tell_nothing_is_said()
    {
        using TemporaryFolder folder = new();
        Assert.IsNull(ProcessorCores.In(folder.Path));
        Assert.IsNull(ProcessorCores.In(folder["nowhere"]));
        Directory.CreateDirectory(folder["cpu0", "topology"]);
        Assert.IsNull(ProcessorCores.In(folder.Path));
    }
}
