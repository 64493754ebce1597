using Padam.MLNet.Native;

namespace Padam.MLNet.Tests.Native;

[TestClass]
public sealed class ProcessorAffinityTests
{
    [TestMethod]
    public void The_line_that_begins_with_a_field_is_read()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["status"], "Name:\tdotnet\nCpus_allowed:\tf\nCpus_allowed_list:\t0-3\n");
        Assert.AreEqual("0-3", ProcessorAffinity.Line(folder.Path, "status", "Cpus_allowed_list:"));
        Assert.IsNull(ProcessorAffinity.Line(folder.Path, "status", "Mems_allowed:"));
        Assert.IsNull(ProcessorAffinity.Line(folder.Path, "nowhere", ""));
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void Linux_tells_of_the_machine_and_of_the_processors_that_this_process_may_run_on()
    {
        Assert.IsTrue(Guid.TryParse(ProcessorAffinity.Machine, out _), ProcessorAffinity.Machine);
        Assert.MatchesRegex("^[0-9]+([-,][0-9]+)*$", ProcessorAffinity.Processors);
    }
}
