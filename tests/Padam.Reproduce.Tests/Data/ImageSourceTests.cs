using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet;
using Padam.Reproduce.Data;
using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Tests.Data;

[TestClass]
public sealed class ImageSourceTests
{
    private static ImagePart Test(TemporaryFolder folder, string dataSet, int? limit = null) =>
        new ImageSource(dataSet, "fine", folder["data"]).Part(new MLContext(), CifarSplit.Test, limit);

    /// <summary>Shapes in CIFAR-10's format, under CIFAR-10's names: a set that only its bytes tell from the real one.</summary>
    private static void WriteCifar10(TemporaryFolder folder, int train = 20, int test = 30)
    {
        new SyntheticCifar(train, test, Seed: 1).Write(folder["data"]);
        File.WriteAllLines(folder["data", "batches.meta.txt"], CifarArchive.Cifar10Classes);
    }

    [TestMethod]
    public void A_limit_takes_cifars_first_records_and_says_so()
    {
        using TemporaryFolder folder = new();
        new SyntheticCifar(20, 1500, Seed: 1).Write(folder["data"]);
        ImagePart part = Test(folder, "synthetic", 7);

        Assert.AreEqual("the first 7 of 1,500", part.Taken);
        CollectionAssert.AreEqual(new uint[] { 1, 2, 3, 4, 5, 6, 7 }, part.Rows.GetColumn<uint>("Label").ToArray());
        Assert.IsNull(Test(folder, "synthetic", 1500).Taken);
        Assert.IsNull(Test(folder, "synthetic").Taken);
    }

    [TestMethod]
    public void A_limit_draws_evenly_over_the_classes_of_a_folder_and_says_so()
    {
        using TemporaryFolder folder = new();
        Pictures.WriteFolder(folder["data"], ("cat", 1, 8), ("dog", 1, 8), ("eel", 1, 8));
        ImagePart part = Test(folder, "folder", 6);

        Assert.AreEqual("6 of 24, drawn evenly over 3 classes", part.Taken);
        uint[] labels = [.. part.Rows.GetColumn<uint>("Label")];
        CollectionAssert.AreEqual(new uint[] { 1, 1, 2, 2, 3, 3 }, labels);
        string[] paths = [.. part.Rows.GetColumn<string>("ImagePath")];
        CollectionAssert.AreEqual(paths, Test(folder, "folder", 6).Rows.GetColumn<string>("ImagePath").ToArray(), "the same each time");
    }

    [TestMethod]
    public void The_test_part_needs_no_training_files()
    {
        using TemporaryFolder folder = new();
        WriteCifar10(folder);
        foreach (string file in Directory.GetFiles(folder["data"], "data_batch_*"))
            File.Delete(file);
        Assert.AreEqual(new Share(30, 30), Test(folder, "cifar10").Share);

        using TemporaryFolder pictures = new();
        Pictures.WriteFolder(pictures["data"], ("cat", 0, 2), ("dog", 0, 2));
        Assert.AreEqual(new Share(4, 4), Test(pictures, "folder").Share);
    }

    [TestMethod]
    public void Ten_shapes_are_refused_as_cifar10()
    {
        using TemporaryFolder folder = new();
        new SyntheticCifar(20, 10, Seed: 1).Write(folder["data"]);
        string message = Assert.ThrowsExactly<CommandException>(() => Test(folder, "cifar10")).Message;
        StringAssert.Contains(message, "is not CIFAR-10: its classes are disc, ring");
        StringAssert.Contains(message, "--dataset synthetic");
    }

    [TestMethod]
    public void Files_that_are_not_the_published_ones_are_told_by_length_and_hash()
    {
        using TemporaryFolder folder = new();
        WriteCifar10(folder);
        File.Delete(folder["data", "data_batch_4.bin"]);
        var data = ImageData.Load(new MLContext(), new ImageSource("cifar10", null, folder["data"]), trainLimit: 10, testLimit: null);

        Assert.IsFalse(data.Identity.Published);
        Assert.AreEqual((new Share(10, 16), new Share(30, 30)), (data.Identity.Train, data.Identity.Test));
        DataFile first = data.Identity.Files[0];
        Assert.AreEqual(
            ("data_batch_1.bin", FileIdentity.Of(folder["data", "data_batch_1.bin"]), false),
            (first.Name, new FileIdentity(first.Length, first.Sha256), first.Published)
        );
        Assert.AreEqual(new DataFile("data_batch_4.bin", 0, "missing", false), data.Identity.Files[3]);
        StringAssert.Contains(data.Remark, "training images: the first 10 of 16; not the published cifar10: data_batch_1.bin, ");
    }

    [TestMethod]
    public void Nobody_publishes_a_made_set_or_a_folder_of_ones_own()
    {
        using TemporaryFolder folder = new();
        new SyntheticCifar(20, 10, Seed: 1).Write(folder["data"]);
        var data = ImageData.Load(new MLContext(), new ImageSource("synthetic", null, folder["data"]), null, null);
        Assert.IsNull(data.Identity.Published);
        Assert.HasCount(6, data.Identity.Files);
        Assert.IsNull(data.Remark);
    }

    [TestMethod]
    public void A_folder_is_known_by_the_names_and_lengths_of_its_images()
    {
        using TemporaryFolder folder = new();
        Pictures.WriteFolder(folder["data"], ("cat", 1, 2), ("dog", 1, 2));
        DataFile before = Test(folder, "folder").Files.Single();
        Assert.AreEqual(before, Test(folder, "folder").Files.Single());

        File.Move(folder["data", "test", "dog", "1.png"], folder["data", "test", "dog", "7.png"]);
        Assert.AreNotEqual(before.Sha256, Test(folder, "folder").Files.Single().Sha256);
        Assert.AreEqual(before.Length, Test(folder, "folder").Files.Single().Length);
    }

    [TestMethod]
    public void A_class_without_test_pictures_is_a_class_all_the_same()
    {
        using TemporaryFolder folder = new();
        Pictures.WriteFolder(folder["data"], ("ant", 2, 0), ("bee", 2, 2), ("cow", 2, 2));
        var data = ImageData.Load(new MLContext(), new ImageSource("folder", null, folder["data"]), null, null);
        CollectionAssert.AreEqual(new[] { "ant", "bee", "cow" }, ImagePart.ClassNames(data.Test.Rows).ToArray());
        CollectionAssert.AreEqual(new uint[] { 2, 2, 3, 3 }, data.Test.Rows.GetColumn<uint>("Label").ToArray());
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public void A_link_to_a_data_set_is_that_data_set()
    {
        using TemporaryFolder folder = new();
        var set = new SyntheticCifar(25, 10, Seed: 1);
        set.Write(folder["real"]);
        Directory.CreateDirectory(folder["data"]);
        foreach (string file in Directory.GetFiles(folder["real"]))
            File.CreateSymbolicLink(folder["data", Path.GetFileName(file)], file);

        Assert.IsTrue(set.IsIn(folder["data"]));
        Assert.AreEqual(FileIdentity.Of(folder["real", "test_batch.bin"]).Length, Test(folder, "synthetic").Files[0].Length);
        Assert.AreEqual(
            0,
            DataSetVerification
                .Faults(CifarArchive.Cifar10, folder["data"])
                .Count(fault => fault.Contains("missing", StringComparison.Ordinal))
        );
        StringAssert.Contains(
            DataSetVerification.Faults(CifarArchive.Cifar10, folder["data"])[0],
            $"{5 * 3073} bytes, the published file has 30730000"
        );
    }
}
