using Padam.MLNet.Backbones;
using Padam.MLNet.Optimizers;
using Padam.Reliability;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests;

/// <summary>A few pieces of what tests/Padam.Reliability does for minutes.</summary>
[TestClass]
public sealed class StormTests
{
    [TestMethod]
    [DataRow("vgg-small", Initialization.Glorot)]
    [DataRow("wrn-10-1", Initialization.VarianceScaling)]
    public void Trainings_under_continuous_garbage_collection_give_the_bytes_of_quiet_ones(string backbone, Initialization initialization)
    {
        using var folder = new TemporaryFolder();
        var work = new StormWork(folder.Path);

        AssertEqual([("padam", () => work.Training(backbone, initialization, new PadamOptions { LearningRate = 0.01 }))]);
    }

    [TestMethod]
    [DataRow(ScalarType.Float32, DisplayName = "over memory")]
    [DataRow(ScalarType.Float64, DisplayName = "by libtorch's operators")]
    public void Steps_of_every_optimizer_under_continuous_garbage_collection_give_the_bytes_of_quiet_ones(ScalarType type) =>
        AssertEqual([.. StormWork.Optimizers.Select(each => ($"{each}", (Func<string>)(() => StormWork.Steps(each, type))))]);

    private static void AssertEqual(IReadOnlyList<(string, Func<string>)> pieces)
    {
        (int done, int equal, string? fault, long collections) = StormWork.Run(pieces, TimeSpan.FromSeconds(1));

        Assert.AreEqual(done, equal, fault);
        Assert.IsGreaterThan(0, collections);
    }
}
