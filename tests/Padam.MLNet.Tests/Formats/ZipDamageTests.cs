using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Padam.MLNet.Formats;

namespace Padam.MLNet.Tests.Formats;

/// <summary>Zips that were cut, lengthened or changed by hand.</summary>
[TestClass]
public sealed class ZipDamageTests
{
    private const int EndRecord = 22;

    // Where a record of the zip's directory has the checksum and the two sizes of its entry.
    private const int Checksum = 16,
        UnpackedSize = 24;

    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    public void A_whole_zip_ends_with_its_end_record_and_is_read_from_its_beginning()
    {
        CheckEnd(Zip());
        CheckEnd(Zip()[^EndRecord..]);
    }

    [TestMethod]
    public void A_zip_that_is_cut_or_goes_on_is_refused()
    {
        byte[] whole = Zip();
        for (int cut = 1; cut <= EndRecord; cut++)
            StringAssert.Contains(EndRefused(whole[..^cut]), "does not end as a model zip does");
        StringAssert.Contains(EndRefused([.. whole, 0]), "does not end as a model zip does");
        StringAssert.Contains(EndRefused(whole[^(EndRecord - 1)..]), "has 21 bytes: it is no zip");
    }

    [TestMethod]
    public void A_comment_is_something_that_was_added()
    {
        byte[] whole = Zip();
        whole[^2] = 1;
        StringAssert.Contains(EndRefused(whole), "does not end as a model zip does");
        whole[^2] = 0;
        whole[^1] = 1;
        StringAssert.Contains(EndRefused(whole), "does not end as a model zip does");
    }

    [TestMethod]
    public void A_changed_byte_of_the_content_is_noticed()
    {
        byte[] whole = Zip();
        whole[whole.AsSpan().IndexOf("content"u8)] ^= 1;
        StringAssert.Contains(Refused(whole), "entry");
    }

    [TestMethod]
    public void A_changed_checksum_is_noticed()
    {
        byte[] whole = Zip();
        whole[Directory(whole) + Checksum] ^= 1;
        StringAssert.Contains(Refused(whole), "entry");
    }

    [TestMethod]
    [DataRow(6)]
    [DataRow(8)]
    public void An_entry_of_another_length_than_the_zip_says_is_refused(int said)
    {
        byte[] whole = Zip(CompressionLevel.Optimal);
        BinaryPrimitives.WriteInt32LittleEndian(whole.AsSpan(Directory(whole) + UnpackedSize), said);
        StringAssert.Contains(Refused(whole), "entry");
    }

    [TestMethod]
    public void A_long_entry_is_taken_piece_by_piece_and_in_full()
    {
        byte[] content = [.. Enumerable.Range(0, 200_000).Select(i => (byte)(i * i >> 3))];
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        using (Stream entry = zip.CreateEntry("entry").Open())
            entry.Write(content);
        using var read = new ZipArchive(stream, ZipArchiveMode.Read);
        List<byte> taken = [];
        ZipStructure.Unpack(read.Entries[0], "model.zip", piece => taken.AddRange(piece));
        CollectionAssert.AreEqual(content, taken);
    }

    private static byte[] Zip(CompressionLevel level = CompressionLevel.NoCompression)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        using (Stream entry = zip.CreateEntry("entry", level).Open())
            entry.Write("content"u8);
        return stream.ToArray();
    }

    private static int Directory(byte[] zip) => zip.AsSpan().LastIndexOf(Encoding.ASCII.GetBytes("PK\x01\x02"));

    private void CheckEnd(byte[] bytes)
    {
        File.WriteAllBytes(_folder["model.zip"], bytes);
        using FileStream file = File.OpenRead(_folder["model.zip"]);
        ZipStructure.RequireNothingAfterTheEnd(file, "model.zip");
        Assert.AreEqual(0, file.Position);
    }

    private string EndRefused(byte[] bytes) => Assert.ThrowsExactly<InvalidDataException>(() => CheckEnd(bytes)).Message;

    private static string Refused(byte[] bytes) =>
        Assert
            .ThrowsExactly<InvalidDataException>(() =>
            {
                using var zip = new ZipArchive(new MemoryStream(bytes), ZipArchiveMode.Read);
                ZipStructure.Check(zip, bytes.Length, "model.zip");
            })
            .Message;
}
