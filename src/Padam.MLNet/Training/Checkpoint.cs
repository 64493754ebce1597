using System.IO.Compression;
using System.Security.Cryptography;
using Padam.MLNet.Formats;
using Padam.MLNet.Persistence;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>Where a training stood, besides the tensors: the JSON of a checkpoint.</summary>
internal sealed record CheckpointPosition
{
    internal const int CurrentFormat = 3,
        OldestFormat = 1;

    public int Format { get; init; } = CurrentFormat;

    /// <summary>What the training was told, by option; a resumed training must have been told the same.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    public required int Seed { get; init; }

    /// <summary>Whole epochs done.</summary>
    public required int EpochsDone { get; init; }

    /// <summary>Batches done of the epoch after them.</summary>
    public required int BatchesDone { get; init; }

    /// <summary>The sums of that epoch so far.</summary>
    public required RunningSums Sums { get; init; }

    /// <summary>Whether the training ended: by its last epoch, by early stopping or by the callback.</summary>
    public required bool Ended { get; init; }

    public required BestSoFar? Best { get; init; }

    /// <summary>Where ReduceOnPlateau stands; null without it, and before format 3.</summary>
    public PlateauState? Plateau { get; init; }

    /// <summary>Whether ValidationFraction set rows apart class by class; null in format 1, where it did not.</summary>
    public bool? StratifiedValidation { get; init; }

    /// <summary>How pictures were resized; null for SkiaSharp's way, as before models said so.</summary>
    public string? Resampling { get; init; }

    /// <summary>SHA-256 of each further entry, by name.</summary>
    public IReadOnlyDictionary<string, string> Entries { get; init; } = new Dictionary<string, string>();
}

/// <summary>The epoch that was best on the validation set until now.</summary>
/// <param name="Epoch">The epoch.</param>
/// <param name="Value">Its metric.</param>
/// <param name="EpochsWithoutImprovement">Epochs since the last that was better than those before by the minimum.</param>
internal sealed record BestSoFar(int Epoch, double Value, int EpochsWithoutImprovement)
{
    /// <summary>The metric of the last epoch that was better by the minimum; null in format 1, where it was the best one's.</summary>
    public double? Reference { get; init; }

    /// <summary>Classes that the best epoch's model never answered; null in format 1.</summary>
    public IReadOnlyList<int>? NeverPredicted { get; init; }
}

/// <summary>
/// A training that can go on as if it had never stopped: position, weights, optimizer state, torch's random state, the best weights so far
/// and the average of the weights. One zip, written beside the last one and renamed; every entry is checked by its SHA-256 before any is
/// used.
/// </summary>
internal sealed record Checkpoint(
    CheckpointPosition Position,
    byte[] Weights,
    byte[] Optimizer,
    byte[] Random,
    byte[]? BestWeights,
    byte[]? AveragedWeights
)
{
    private const string PositionEntry = "Checkpoint.json",
        WeightsEntry = "Weights.safetensors",
        OptimizerEntry = "Optimizer.bin",
        RandomEntry = "Random.bin",
        BestEntry = "Best.safetensors",
        AverageEntry = "Average.safetensors";

    internal void Write(string path)
    {
        (string Name, byte[] Bytes)[] entries =
        [
            (WeightsEntry, Weights),
            (OptimizerEntry, Optimizer),
            (RandomEntry, Random),
            .. BestWeights is null ? [] : new[] { (BestEntry, BestWeights) },
            .. AveragedWeights is null ? [] : new[] { (AverageEntry, AveragedWeights) },
        ];
        CheckpointPosition position = Position with
        {
            Entries = entries.ToDictionary(entry => entry.Name, entry => DescriptionText.Hash(entry.Bytes)),
        };
        AtomicFile.Write(
            path,
            stream =>
            {
                using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
                foreach (
                    (string name, byte[] bytes) in entries.Prepend(
                        (PositionEntry, DescriptionText.Write(position, CheckpointJson.Default.CheckpointPosition))
                    )
                )
                {
                    using Stream entry = zip.CreateEntry(name, CompressionLevel.NoCompression).Open();
                    entry.Write(bytes);
                }
            }
        );
    }

    /// <exception cref="InvalidDataException">The file is damaged or of another version.</exception>
    internal static Checkpoint Read(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            using var zip = new ZipArchive(file);
            // Not FileInfo's length: that of a link is its own.
            long length = file.Length;
            CheckpointPosition position;
            using (Stream stream = Entry(zip, PositionEntry, length, path).Open())
                position = DescriptionText.Read(
                    stream,
                    path,
                    CheckpointPosition.OldestFormat,
                    CheckpointPosition.CurrentFormat,
                    CheckpointJson.Default.CheckpointPosition
                );
            byte[] Bytes(string name) => ReadEntry(Entry(zip, name, length, path), position, path);
            byte[]? BytesIfAny(string name) => position.Entries.ContainsKey(name) ? Bytes(name) : null;
            return new(
                position,
                Bytes(WeightsEntry),
                Bytes(OptimizerEntry),
                Bytes(RandomEntry),
                BytesIfAny(BestEntry),
                BytesIfAny(AverageEntry)
            );
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

    private static byte[] ReadEntry(ZipArchiveEntry entry, CheckpointPosition position, string path)
    {
        byte[] bytes = new byte[entry.Length];
        using (Stream stream = entry.Open())
            stream.ReadExactly(bytes);
        return position.Entries.TryGetValue(entry.Name, out string? hash) && hash == Convert.ToHexStringLower(SHA256.HashData(bytes))
            ? bytes
            : throw new InvalidDataException(
                $"{path}: the checksum of '{entry.Name}' does not match. It is damaged; remove it to start anew."
            );
    }
}

/// <summary>Tensors and optimizers as the bytes of a checkpoint's entries.</summary>
internal static class CheckpointBytes
{
    internal static byte[] Of(IEnumerable<(string Name, Tensor Tensor)> state)
    {
        using var stream = new MemoryStream();
        Safetensors.Write(stream, state);
        return stream.ToArray();
    }

    internal static List<(string Name, Tensor Tensor)> Tensors(byte[] bytes, string file)
    {
        using var stream = new MemoryStream(bytes);
        return [.. Safetensors.Read(stream, file).Select(entry => (entry.Name, entry.Tensor.DetachFromDisposeScope()))];
    }

    internal static byte[] Of(optim.Optimizer optimizer)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream))
            Stateful(optimizer).save_state_dict(writer);
        return stream.ToArray();
    }

    internal static void Restore(optim.Optimizer optimizer, byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        Stateful(optimizer).load_state_dict(reader);
    }

    /// <exception cref="NotSupportedException">The optimizer has no state that can be saved.</exception>
    internal static TorchSharp.Modules.OptimizerHelper Stateful(optim.Optimizer optimizer) =>
        optimizer as TorchSharp.Modules.OptimizerHelper
        ?? throw new NotSupportedException(
            $"CheckpointFolder: {optimizer.GetType().Name} has no state_dict, so a training with it cannot be resumed. Use another "
                + "optimizer, or no CheckpointFolder."
        );
}
