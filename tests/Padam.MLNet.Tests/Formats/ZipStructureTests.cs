using System.IO.Compression;
using Padam.MLNet.Formats;

namespace Padam.MLNet.Tests.Formats;

[TestClass]
public sealed class ZipStructureTests
{
    [TestMethod]
    [DataRow("Model/Weights.safetensors")]
    [DataRow("a..b/..c")]
    public void A_plain_name_is_let_in(string name) => Check((name, 10));

    [TestMethod]
    [DataRow("/x")]
    [DataRow("../x")]
    [DataRow("a/../x")]
    [DataRow("a/..")]
    [DataRow("..\\x")]
    [DataRow("\\x")]
    [DataRow("C:x")]
    public void A_name_that_leads_out_is_refused(string name) => StringAssert.Contains(Refused((name, 10)), "leads out of it");

    [TestMethod]
    public void Names_that_are_one_file_on_some_systems_are_refused()
    {
        StringAssert.Contains(Refused(("a/x", 1), ("a/x", 1)), "twice");
        StringAssert.Contains(Refused(("a/x", 1), ("A/X", 1)), "'A/X' twice");
        StringAssert.Contains(Refused(("a/x", 1), ("a\\x", 1)), "twice");
    }

    [TestMethod]
    public void Ten_thousand_entries_are_let_in_and_no_more()
    {
        (string, int)[] entries = [.. Enumerable.Range(0, 10_001).Select(i => ($"{i}", 0))];
        Check(entries[1..]);
        StringAssert.Contains(Refused(entries), "has 10001 entries");
    }

    [TestMethod]
    public void Zeros_that_unpack_to_a_hundred_times_the_file_are_let_in_up_to_64_MiB_of_all_entries()
    {
        const int half = 32 << 20;
        Check(("a", half), ("b", half));
        StringAssert.Contains(Refused(("a", half), ("b", half), ("c", 1)), "at the entry 'c': a deflate bomb");
    }

    [TestMethod]
    public void Beyond_64_MiB_a_zip_may_unpack_to_a_hundred_times_its_length()
    {
        const int zeros = (64 << 20) + 136; // 671,090 times a hundred
        Check(length: 671_090, ("a", zeros));
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidDataException>(() => Check(length: 671_089, ("a", zeros))).Message,
            $"model.zip has 671089 bytes and unpacks to {zeros} and more at the entry 'a'"
        );
    }

    private static string Refused(params (string Name, int Zeros)[] entries) =>
        Assert.ThrowsExactly<InvalidDataException>(() => Check(entries)).Message;

    private static void Check(params (string Name, int Zeros)[] entries) => Check(length: null, entries);

    /// <param name="length">That of the file; null for what it is.</param>
    /// <param name="entries">What is in it.</param>
    private static void Check(long? length, params (string Name, int Zeros)[] entries)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, int zeros) in entries)
            {
                using Stream content = zip.CreateEntry(name, CompressionLevel.Fastest).Open();
                content.Write(new byte[zeros]);
            }
        }

        using var written = new ZipArchive(stream, ZipArchiveMode.Read);
        ZipStructure.Check(written, length ?? stream.Length, "model.zip");
    }
}
