using Padam.Reproduce.Data;
using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Tests.Data;

[TestClass]
public sealed class CifarArchiveTests
{
    [TestMethod]
    public void The_folder_of_the_files_and_the_folder_around_it_are_both_understood()
    {
        using TemporaryFolder folder = new();
        string own = Directory.CreateDirectory(folder["cifar-10-batches-bin"]).FullName;
        File.WriteAllText(Path.Combine(own, "test_batch.bin"), "");

        Assert.AreEqual(own, CifarArchive.Cifar10.RequiredIn(own));
        Assert.AreEqual(own, CifarArchive.Cifar10.RequiredIn(folder.Path));
        Assert.IsNull(CifarArchive.Cifar100.FolderIn(folder.Path));
    }

    [TestMethod]
    [DataRow("", DisplayName = "an empty folder")]
    [DataRow("nowhere", DisplayName = "no folder")]
    public void What_was_looked_for_is_said(string name)
    {
        using TemporaryFolder folder = new();
        string message = Assert.ThrowsExactly<CommandException>(() => CifarArchive.Cifar100.RequiredIn(folder[name])).Message;
        foreach (string part in new[] { folder[name], "train.bin", "test.bin", "cifar-100-binary", "data download --dataset cifar100" })
            StringAssert.Contains(message, part);
    }

    [TestMethod]
    public void All_sets_in_a_folder_are_found()
    {
        using TemporaryFolder folder = new();
        foreach (CifarArchive archive in CifarArchive.Published)
            File.WriteAllText(Path.Combine(Directory.CreateDirectory(folder[archive.Folder]).FullName, archive.Files[0].Name), "");

        CollectionAssert.AreEqual(
            new[] { "cifar10", "cifar100" },
            CifarArchive.AllIn(folder.Path).Select(found => found.Archive.DataSet).ToArray()
        );
        CollectionAssert.AreEqual(
            new[] { "cifar100" },
            CifarArchive.AllIn(folder["cifar-100-binary"]).Select(found => found.Archive.DataSet).ToArray()
        );
    }
}
