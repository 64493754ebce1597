using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.Reproduce.Data;

namespace Padam.Reproduce.Tests.Data;

[TestClass]
public sealed class ImageDataTests
{
    [TestMethod]
    public void What_is_held_out_is_a_part_of_the_training_images_of_each_class_the_same_each_time_and_the_rest_is_trained_on()
    {
        using TemporaryFolder folder = new();
        new SyntheticCifar(TrainImages: 400, TestImages: 30, Seed: 1).Write(folder["data"]);
        var mlContext = new MLContext();
        var whole = ImageData.Load(mlContext, new ImageSource("synthetic", null, folder["data"]), trainLimit: null, testLimit: null);
        ImageData split = whole.WithHeldOut(mlContext, 0.25);

        Assert.AreEqual((new Share(300, 400), new Share(100, 400)), (split.Train.Share, split.Test.Share));
        Assert.IsTrue(split.Identity.IsTestHeldOut);
        Assert.DoesNotContain(file => file.Name.StartsWith("test", StringComparison.Ordinal), split.Identity.Files);
        CollectionAssert.AreEqual(
            Enumerable.Range(1, 10).Select(label => (label, 10)).ToArray(),
            split
                .Test.Rows.GetColumn<uint>("Label")
                .CountBy(label => (int)label)
                .Select(count => (count.Key, count.Value))
                .Order()
                .ToArray()
        );
        string[] apart = Images(split.Test.Rows);
        CollectionAssert.AreEquivalent(Images(whole.Train.Rows), Images(split.Train.Rows).Concat(apart).ToArray());
        CollectionAssert.AreEqual(apart, Images(whole.WithHeldOut(new MLContext(), 0.25).Test.Rows));
    }

    private static string[] Images(IDataView rows) => [.. rows.GetColumn<byte[]>("Features").Select(Convert.ToBase64String)];
}
