using Padam.MLNet.Formats;

namespace Padam.MLNet.Tests.Formats;

[TestClass]
public sealed class AtomicFileTests
{
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    public void A_file_is_written_in_folders_that_are_made()
    {
        AtomicFile.Write(_folder["a", "b", "file"], stream => stream.Write("new"u8));
        Assert.AreEqual("new", File.ReadAllText(_folder["a", "b", "file"]));
        CollectionAssert.AreEqual(new[] { _folder["a", "b", "file"] }, Directory.GetFiles(_folder["a", "b"]));
    }

    [TestMethod]
    public void The_old_file_can_be_read_until_the_new_one_is_complete()
    {
        File.WriteAllText(_folder["file"], "the old content");
        AtomicFile.Write(
            _folder["file"],
            stream =>
            {
                stream.Write("new"u8);
                stream.Flush();
                Assert.AreEqual("the old content", File.ReadAllText(_folder["file"]));
            }
        );
        Assert.AreEqual("new", File.ReadAllText(_folder["file"]));
    }

    [TestMethod]
    public void What_is_written_can_be_gone_back_to_and_read()
    {
        AtomicFile.Write(
            _folder["file"],
            stream =>
            {
                stream.Write("abc"u8);
                stream.Position = 1;
                Assert.AreEqual('b', stream.ReadByte());
                stream.WriteByte((byte)'d');
            }
        );
        Assert.AreEqual("abd", File.ReadAllText(_folder["file"]));
    }

    [TestMethod]
    public void A_writer_that_fails_leaves_the_old_file_and_nothing_else()
    {
        File.WriteAllText(_folder["file"], "old");
        Assert.ThrowsExactly<InvalidDataException>(() =>
            AtomicFile.Write(
                _folder["file"],
                stream =>
                {
                    stream.Write("new"u8);
                    throw new InvalidDataException();
                }
            )
        );
        Assert.AreEqual("old", File.ReadAllText(_folder["file"]));
        CollectionAssert.AreEqual(new[] { "file" }, _folder.Files);
    }

    [TestMethod]
    public void A_link_stays_a_link_and_its_last_target_is_written()
    {
        Directory.CreateDirectory(_folder["far"]);
        File.WriteAllText(_folder["far", "target"], "old");
        File.CreateSymbolicLink(_folder["nearer"], _folder["far", "target"]);
        File.CreateSymbolicLink(_folder["link"], _folder["nearer"]);

        AtomicFile.Write(_folder["link"], stream => stream.Write("new"u8));

        Assert.AreEqual("new", File.ReadAllText(_folder["far", "target"]));
        Assert.AreEqual(_folder["nearer"], new FileInfo(_folder["link"]).LinkTarget);
        Assert.AreEqual(_folder["far", "target"], new FileInfo(_folder["nearer"]).LinkTarget);
    }
}
