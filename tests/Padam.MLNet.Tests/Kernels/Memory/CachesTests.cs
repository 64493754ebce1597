using Padam.MLNet.Kernels;

namespace Padam.MLNet.Tests.Kernels;

[TestClass]
public sealed class CachesTests
{
    [TestMethod]
    [DataRow("512K", 512L << 10)]
    [DataRow("2048K", 2L << 20)]
    [DataRow("2M", null)]
    [DataRow("", null)]
    public void The_second_level_is_read_as_Linux_tells_it(string size, long? expected)
    {
        using var folder = new TemporaryFolder();
        foreach (
            (string index, string level, string text) in new[] { ("index0", "1", "32K"), ("index2", "2", size), ("index3", "3", "32768K") }
        )
        {
            Directory.CreateDirectory(folder[index]);
            File.WriteAllText(Path.Combine(folder[index], "level"), level + "\n");
            File.WriteAllText(Path.Combine(folder[index], "size"), text + "\n");
        }

        Assert.AreEqual(expected, Caches.ReadLevel2(folder.Path));
    }

    [TestMethod]
    public void Where_nothing_is_told_there_is_no_size()
    {
        using var folder = new TemporaryFolder();
        Assert.IsNull(Caches.ReadLevel2(folder["none"]));
        Directory.CreateDirectory(folder["index2"]);
        Assert.IsNull(Caches.ReadLevel2(folder.Path));
    }
}
