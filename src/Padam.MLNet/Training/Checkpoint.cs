using System.IO.Compression;
using System.Security.Cryptography;
using Padam.MLNet.Formats;

namespace Padam.MLNet.Training;

/// <summary>
/// A training that can go on as if it had never stopped: position, weights, optimizer state, torch's random state, the best weights so far
/// and the average of the weights. One zip, written beside the last one and renamed; every entry is checked by its SHA-256 before any is
/// used. Neither way is an entry of many tensors held in memory as bytes: a training's memory is its peak's.
/// </summary>
internal sealed class Checkpoint
{
    internal const string Weights = "Weights.safetensors",
        Optimizer = "Optimizer.bin",
        RandomState = "Random.bin",
        BestWeights = "Best.safetensors",
        AveragedWeights = "Average.safetensors";

    private const string PositionEntry = "Checkpoint.json";

    private readonly string _path;

    private Checkpoint(string path, CheckpointPosition position) => (_path, Position) = (path, position);

    internal CheckpointPosition Position { get; }

    /// <summary>Writes a checkpoint.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="position">Where the training stands.</param>
    /// <param name="entries">What writes each of the other entries, by name.</param>
    internal static void Write(string path, CheckpointPosition position, IEnumerable<(string Name, Action<Stream> Write)> entries) =>
        AtomicFile.Write(
            path,
            file =>
            {
                using var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true);
                Dictionary<string, string> hashes = [];
                foreach ((string name, Action<Stream> write) in entries)
                {
                    using Stream entry = zip.CreateEntry(name, CompressionLevel.NoCompression).Open();
                    using var hashing = new HashingStream(entry);
                    write(hashing);
                    hashes.Add(name, hashing.Finish());
                }

                // Last, since it holds the hashes of all others.
                using Stream last = zip.CreateEntry(PositionEntry, CompressionLevel.NoCompression).Open();
                last.Write(DescriptionText.Write(position with { Entries = hashes }, CheckpointJson.Default.CheckpointPosition));
            }
        );

    /// <summary>Reads where the training stood, and checks all the rest.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or of another version.</exception>
    internal static Checkpoint Read(string path) =>
        Open(
            path,
            (zip, length) =>
            {
                CheckpointPosition position;
                using (Stream stream = Entry(zip, PositionEntry, length, path).Open())
                    position = DescriptionText.Read(
                        stream,
                        path,
                        CheckpointPosition.OldestFormat,
                        CheckpointPosition.CurrentFormat,
                        CheckpointJson.Default.CheckpointPosition
                    );
                foreach (string name in new[] { Weights, Optimizer, RandomState })
                    RequireHash(Entry(zip, name, length, path), position, path);
                foreach (string name in new[] { BestWeights, AveragedWeights }.Where(position.Entries.ContainsKey))
                    RequireHash(Entry(zip, name, length, path), position, path);
                return new Checkpoint(path, position);
            }
        );

    /// <summary>Whether it has an entry.</summary>
    internal bool Has(string name) => Position.Entries.ContainsKey(name);

    /// <summary>
    /// Hands an entry to its reader, once more checked. It is unpacked into a file beside the checkpoint, so that none is held in memory.
    /// </summary>
    internal void Use(string name, Action<Stream> read) =>
        Open(
            _path,
            (zip, length) =>
            {
                // Swept up with what else was left half-written, should the process be killed now.
                using var unpacked = new FileStream(
                    $"{_path}.{Guid.NewGuid():N}.tmp",
                    new FileStreamOptions
                    {
                        Mode = FileMode.CreateNew,
                        Access = FileAccess.ReadWrite,
                        Options = FileOptions.DeleteOnClose,
                    }
                );
                RequireHash(Entry(zip, name, length, _path), Position, _path, unpacked.Write);
                unpacked.Position = 0;
                read(unpacked);
                return name;
            }
        );

    /// <summary>A small entry's bytes.</summary>
    internal byte[] Bytes(string name)
    {
        byte[] bytes = [];
        Use(
            name,
            stream =>
            {
                bytes = new byte[stream.Length];
                stream.ReadExactly(bytes);
            }
        );
        return bytes;
    }

    // Open no longer than it is read: a file that is open cannot be replaced on every system.
    private static T Open<T>(string path, Func<ZipArchive, long, T> read)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            using var zip = new ZipArchive(file);
            // Not FileInfo's length: that of a link is its own.
            return read(zip, file.Length);
        }
        catch (InvalidDataException fault) when (!fault.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{path} is no checkpoint, or damaged: {fault.Message} Remove it to start anew.", fault);
        }
    }

    // Entries are stored uncompressed, so none can be longer than the file.
    private static ZipArchiveEntry Entry(ZipArchive zip, string name, long longest, string path)
    {
        ZipArchiveEntry entry =
            zip.GetEntry(name) ?? throw new InvalidDataException($"{path} has no entry '{name}': it is damaged. Remove it to start anew.");
        return entry.Length <= longest
            ? entry
            : throw new InvalidDataException(
                $"{path}: the entry '{name}' claims {entry.Length} bytes. It is damaged; remove it to start anew."
            );
    }

    private static void RequireHash(
        ZipArchiveEntry entry,
        CheckpointPosition position,
        string path,
        Action<ReadOnlySpan<byte>>? take = null
    )
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        ZipStructure.Unpack(entry, "The zip", hash.AppendData + take);
        if (position.Entries.GetValueOrDefault(entry.Name) != Convert.ToHexStringLower(hash.GetHashAndReset()))
            throw new InvalidDataException(
                $"{path}: the checksum of '{entry.Name}' does not match. It is damaged; remove it to start anew."
            );
    }
}
