using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Runs;

[TestClass]
public sealed class RunSettingsTests
{
    [TestMethod]
    public void Settings_are_shown_by_network_optimizer_data_way_and_seed()
    {
        RunSettings settings = new()
        {
            DataSet = "cifar10",
            Backbone = "vgg-small",
            Optimizer = new OptimizerSettings("padam"),
            Recipe = "authors",
            Epochs = 4,
            Seed = 3,
        };
        Assert.AreEqual("vgg-small padam on cifar10, recipe authors, 4 epochs, seed 3", $"{settings}");
        Assert.AreEqual("vgg-small padam on cifar10, fine-tuned: all, 4 epochs, seed 3", $"{settings with { FineTune = "all" }}");
    }
}
