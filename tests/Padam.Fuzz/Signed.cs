using System.IO.Compression;
using System.Text;
using Padam.MLNet.Formats;
using Padam.MLNet.Tests;

namespace Padam.Fuzz;

/// <summary>
/// Descriptions whose checksum is right whatever they say, as a malicious writer would make them: a fuzzer guesses no SHA-256, and
/// without it nothing behind the check would ever be reached.
/// </summary>
internal static class Signed
{
    internal const string DescriptionEntry = "Description.json",
        PositionEntry = "Checkpoint.json";

    private const int HashLine = 66;

    /// <summary>Of a description as it lies in its file: what comes before the line of its hash.</summary>
    internal static byte[] Text(byte[] description) => description[..^HashLine];

    /// <summary>A model with this description, and the weights that some training left.</summary>
    internal static Action<byte[]> Model(TemporaryFolder folder) =>
        Within(Trained.Model(folder).Single(), DescriptionEntry, Readers.Model(folder));

    /// <summary>A checkpoint with this position, and the tensors that some training left.</summary>
    internal static Action<byte[]> Checkpoint(TemporaryFolder folder) =>
        Within(Trained.Checkpoint(folder).Single(), PositionEntry, Readers.Checkpoint(folder));

    private static Action<byte[]> Within(byte[] honest, string name, Action<byte[]> read) =>
        text =>
        {
            using var bytes = new MemoryStream();
            bytes.Write(honest);
            using (var zip = new ZipArchive(bytes, ZipArchiveMode.Update, leaveOpen: true))
            {
                ZipArchiveEntry old = zip.Entries.Single(entry => entry.Name == name);
                string path = old.FullName;
                old.Delete();
                using Stream entry = zip.CreateEntry(path, CompressionLevel.NoCompression).Open();
                entry.Write(WithHash(text));
            }

            read(bytes.ToArray());
        };

    private static byte[] WithHash(byte[] text) =>
        [.. text, (byte)'\n', .. Encoding.ASCII.GetBytes(DescriptionText.Hash(text)), (byte)'\n'];
}
