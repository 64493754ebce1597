using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Padam.Reproduce.Data;

namespace Padam.Reproduce.Tests;

/// <summary>An archive with the layout of CIFAR-10's and a few thousand bytes, and the description its checksums fit.</summary>
internal static class TinyArchive
{
    public static readonly byte[] Records = [.. Enumerable.Range(0, 40_000).Select(i => (byte)(i * 31 >> 3))];
    public static readonly byte[] Names = "one\ntwo\n"u8.ToArray();

    public static readonly CifarArchive Description = new(
        "cifar10",
        "tiny.tar.gz",
        "tiny-bin",
        ["batches.meta.txt"],
        [new("data_batch_1.bin", Records.Length, Convert.ToHexStringLower(SHA256.HashData(Records)))]
    );

    public static byte[] Good() =>
        Pack(
            ("tiny-bin/batches.meta.txt", Names),
            ("tiny-bin/readme.html", "<p>hello"u8.ToArray()),
            ("tiny-bin/data_batch_1.bin", Records)
        );

    public static byte[] Pack(params (string Name, byte[] Content)[] files) =>
        Pack([
            .. files.Select(file => new PaxTarEntry(TarEntryType.RegularFile, file.Name) { DataStream = new MemoryStream(file.Content) }),
        ]);

    public static byte[] Pack(params TarEntry[] entries)
    {
        var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.NoCompression, leaveOpen: true))
        using (var tar = new TarWriter(gzip))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "tiny-bin/"));
            foreach (TarEntry entry in entries)
                tar.WriteEntry(entry);
        }

        return bytes.ToArray();
    }
}
