namespace Padam.MLNet.Training;

/// <summary>
/// The folder of one training's checkpoint. While it is open no other process, nor another training of this one, can open it.
/// </summary>
internal sealed class CheckpointFolder : IDisposable
{
    private readonly FileStream? _lock;
    private readonly string _path;

    private CheckpointFolder(string path, FileStream? @lock) => (_path, _lock) = (path, @lock);

    private const string FurtherFits = "fit";

    internal string File => CheckpointIn(_path);

    /// <summary>
    /// Makes the folder, locks it, and proves that it can be written to; nothing in it is changed. The operating system frees the lock of a
    /// process that dies.
    /// </summary>
    /// <param name="path">The folder.</param>
    /// <param name="fitted">
    /// How many trainings the trainer has finished: cross-validation lets one trainer fit fold by fold, and each fold after the first has a
    /// sub-folder of its own.
    /// </param>
    /// <param name="forReading">
    /// Whether another rank of the training has it open, and this one only reads a checkpoint that was there before.
    /// </param>
    /// <exception cref="IOException">The folder is in use or cannot be written to.</exception>
    internal static CheckpointFolder Open(string path, int fitted = 0, bool forReading = false)
    {
        if (fitted > 0)
            path = Path.Combine(path, $"{FurtherFits}{fitted + 1}");
        if (forReading)
            return new(path, @lock: null);
        FileStream? @lock = null;
        try
        {
            Directory.CreateDirectory(path);
            @lock = new FileStream(Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            var folder = new CheckpointFolder(path, @lock);
            string proof = $"{folder.File}.{Guid.NewGuid():N}.tmp";
            System.IO.File.WriteAllBytes(proof, []);
            System.IO.File.Delete(proof);
            return folder;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            @lock?.Dispose();
            throw new IOException(
                $"The checkpoint folder '{path}' cannot be used: {fault.Message} (Another training may be at work in it.)",
                fault
            );
        }
    }

    /// <summary>
    /// Clears away what killed processes left half-written: a checkpoint is as large as network and optimizer state, and they would fill
    /// the disk.
    /// </summary>
    internal void RemoveHalfWritten()
    {
        foreach (string left in Directory.EnumerateFiles(_path, $"{Path.GetFileName(File)}.*.tmp"))
            System.IO.File.Delete(left);
    }

    /// <summary>
    /// The checkpoint to go on from, or null to start; refuses to go on from another training's, or to overwrite one unasked.
    /// </summary>
    /// <param name="resume">Whether to go on.</param>
    internal Checkpoint? Find(bool resume)
    {
        if (!Directory.Exists(_path))
            return null;
        string? found = Directory
            .EnumerateDirectories(_path, $"{FurtherFits}*")
            .Select(CheckpointIn)
            .Prepend(File)
            .FirstOrDefault(System.IO.File.Exists);
        if (found is not null && !resume)
            throw new IOException($"'{found}' holds a checkpoint already. Set Resume to go on from it, or remove it to start anew.");
        return System.IO.File.Exists(File) ? Checkpoint.Read(File) : null;
    }

    /// <summary>Throws where a checkpoint is of a training that was told something else.</summary>
    internal void RequireSame(CheckpointPosition position, IReadOnlyDictionary<string, string> settings)
    {
        string[] differences =
        [
            .. TrainingSettings
                .Differences(position.Settings, settings)
                .Select(found => $"{found.Name} was {found.First ?? "not set"} and is {found.Second ?? "not set"}"),
        ];
        if (differences.Length > 0)
            throw new InvalidOperationException(
                $"'{File}' is of another training: {string.Join("; ", differences)}. Use another CheckpointFolder."
            );
    }

    public void Dispose() => _lock?.Dispose();

    private static string CheckpointIn(string path) => Path.Combine(path, "checkpoint.zip");
}
