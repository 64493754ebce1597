using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Runs;

[TestClass]
public sealed class ScaleTests
{
    [TestMethod]
    [DataRow("full", 200, 200)]
    [DataRow("short", 200, 30)]
    [DataRow("short", 90, 30)]
    [DataRow("short", 20, 20)]
    [DataRow("desk", 200, 20)]
    [DataRow("desk", 25, 3)]
    [DataRow("desk", 4, 1)]
    [DataRow("quick", 200, 4)]
    [DataRow("quick", 100, 3)]
    [DataRow("quick", 2, 2)]
    public void Epochs_are_divided_but_never_become_more_or_too_few(string scale, int protocol, int scaled) =>
        Assert.AreEqual(scaled, Scale.Parse(scale).Epochs(protocol));

    [TestMethod]
    [DataRow("full", 150, 150)]
    [DataRow("short", 150, 23)]
    [DataRow("short", 200, 30)]
    [DataRow("desk", 150, 15)]
    [DataRow("desk", 45, 5)]
    [DataRow("desk", 1, 1)]
    [DataRow("quick", 100, 2)]
    public void An_epoch_of_200_lies_at_the_same_part_of_the_scaled_training(string scale, int epoch, int scaled) =>
        Assert.AreEqual(scaled, Scale.Parse(scale).Epoch(epoch, 200));

    [TestMethod]
    public void Quick_is_one_small_network_on_one_synthetic_set()
    {
        Assert.AreEqual((2_000, 500, 16), (Scale.Quick.TrainLimit, Scale.Quick.TestLimit, Scale.Quick.BatchSize));
        CollectionAssert.AreEqual(
            new[] { ("synthetic", "vgg16", "vgg-small") },
            Scale.Quick.Grid(["cifar10", "cifar100"], ["vgg16", "resnet18"]).ToArray()
        );
        Assert.HasCount(1, Scale.Quick.Grid(["cifar10"], ["vgg16"]).ToArray());
    }

    [TestMethod]
    public void Desk_has_a_narrower_network_for_each_of_the_protocol()
    {
        CollectionAssert.AreEqual(
            new[]
            {
                ("cifar10", "vgg16", "vgg-small"),
                ("cifar10", "resnet18", "wrn-10-1"),
                ("cifar10", "wrn-16-4", "wrn-16-1"),
                ("cifar10", "wrn-16-4-report", "wrn-16-1"),
                ("cifar10", "lenet", "lenet"),
            },
            Scale.Desk.Grid(["cifar10"], ["vgg16", "resnet18", "wrn-16-4", "wrn-16-4-report", "lenet"]).ToArray()
        );
        Assert.AreEqual(128, Scale.Desk.BatchSize);
    }

    [TestMethod]
    public void Full_leaves_all_as_it_is()
    {
        Assert.AreEqual((null, null, 128), (Scale.Full.TrainLimit, Scale.Full.TestLimit, Scale.Full.BatchSize));
        CollectionAssert.AreEqual(
            new[] { ("cifar10", "vgg16", "vgg16"), ("cifar100", "vgg16", "vgg16") },
            Scale.Full.Grid(["cifar10", "cifar100"], ["vgg16"]).ToArray()
        );
    }

    [TestMethod]
    public void The_rate_falls_at_the_experiments_epochs_scaled_or_at_the_scales_own_parts()
    {
        CollectionAssert.AreEqual(new[] { 50, 100, 150 }, Scale.Full.Milestones([50, 100, 150], 200).ToArray());
        CollectionAssert.AreEqual(new[] { 5, 10, 15 }, Scale.Desk.Milestones([50, 100, 150], 200).ToArray());
        CollectionAssert.AreEqual(new[] { 15, 23, 27 }, Scale.Short.Milestones([50, 100, 150], 200).ToArray());
        CollectionAssert.AreEqual(new[] { 1, 2 }, Scale.Quick.Milestones([50, 51, 100, 199], 200).ToArray());
        Assert.IsEmpty(Scale.Short.Milestones([], 200), "a constant rate stays constant");
    }

    [TestMethod]
    public void Short_reduces_nothing_but_the_epochs()
    {
        Assert.AreEqual((null, null, 128), (Scale.Short.TrainLimit, Scale.Short.TestLimit, Scale.Short.BatchSize));
        CollectionAssert.AreEqual(
            new[] { ("cifar10", "vgg16", "vgg16"), ("cifar100", "vgg16", "vgg16") },
            Scale.Short.Grid(["cifar10", "cifar100"], ["vgg16"]).ToArray()
        );
    }
}
