using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Runs;

[TestClass]
public sealed class PlannedRunTests
{
    private static readonly RunSettings Settings = new()
    {
        DataSet = "cifar10",
        Backbone = "vgg-small",
        Optimizer = new OptimizerSettings("padam"),
        Recipe = "authors",
        Epochs = 4,
    };
    private static readonly PlannedRun Run = new("0123abcd", "cifar10", "vgg16", "Padam", Settings);

    [TestMethod]
    public void Its_files_lie_in_the_folder_of_its_id_or_in_the_one_that_an_earlier_version_gave_it()
    {
        Assert.AreEqual(
            Path.Combine("out", "runs", "0123abcd", "model_padam_cifar10.json"),
            Run.Files("out").Summary,
            "by optimizer and data set of its settings"
        );
        Assert.AreEqual(
            Path.Combine("out", "runs", "vgg16padam", "model_padam_cifar10.json"),
            (Run with { EarlierId = "vgg16padam" }).Files("out").Summary
        );
    }

    [TestMethod]
    public void One_that_can_be_trained_has_no_fault()
    {
        Assert.IsNull(Run.Fault());
        Assert.IsNull((Run with { EarlierId = "Vgg16" }).Fault());
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("..")]
    [DataRow("a/b")]
    [DataRow("a b")]
    [DataRow(".a")]
    [DataRow("a.")]
    public void A_folder_that_leads_elsewhere_is_no_name_of_a_run(string folder)
    {
        Assert.AreEqual($"'{folder}' is no name of a run", (Run with { Id = folder }).Fault());
        Assert.AreEqual($"'{folder}' is no name of a run", (Run with { EarlierId = folder }).Fault());
        // Where it will lie once the earlier folder is gone counts too.
        Assert.IsNotNull((Run with { Id = folder, EarlierId = "a" }).Fault());
    }

    [TestMethod]
    public void A_data_set_that_is_not_there_or_not_its_settings_is_named()
    {
        Assert.AreEqual("there is no data set 'mnist'", (Run with { DataSet = "mnist" }).Fault());
        Assert.AreEqual("there is no data set 'cifar100'", (Run with { DataSet = "cifar100" }).Fault());
        Assert.AreEqual(
            "there is no data set 'mnist'",
            (Run with { DataSet = "mnist", Settings = Settings with { DataSet = "mnist" } }).Fault()
        );
    }

    [TestMethod]
    public void A_network_that_is_not_there_is_named_whether_the_plans_or_the_settings()
    {
        StringAssert.Contains((Run with { Network = "vgg17" }).Fault(), "\"vgg17\" is not known");
        StringAssert.Contains((Run with { Settings = Settings with { Backbone = "vgg18" } }).Fault(), "\"vgg18\" is not known");
    }
}
