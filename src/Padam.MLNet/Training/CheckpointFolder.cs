namespace Padam.MLNet.Training;

/// <summary>
/// The folder of one training's checkpoint. While it is open no other process, nor another training of this one, can open it.
/// </summary>
internal sealed class CheckpointFolder : IDisposable
{
    private readonly FileStream _lock;
    private readonly string _path;

    private CheckpointFolder(string path, FileStream @lock) => (_path, _lock) = (path, @lock);

    internal string File => Path.Combine(_path, "checkpoint.zip");

    /// <summary>Makes the folder, locks it, proves that it can be written to, and clears away what a killed process left half-written. The
    /// operating system frees the
    /// lock of a process that dies.</summary>
    /// <exception cref="IOException">The folder is in use or cannot be written to.</exception>
    internal static CheckpointFolder Open(string path)
    {
        FileStream? @lock = null;
        try
        {
            Directory.CreateDirectory(path);
            @lock = new FileStream(Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            var folder = new CheckpointFolder(path, @lock);
            System.IO.File.WriteAllBytes($"{folder.File}.{Guid.NewGuid():N}.tmp", []);
            folder.RemoveHalfWritten();
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

    // A checkpoint is as large as network and optimizer state: processes killed while they wrote one would fill the disk.
    private void RemoveHalfWritten()
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
        if (!System.IO.File.Exists(File))
            return null;
        if (!resume)
            throw new IOException($"'{File}' holds a checkpoint already. Set Resume to go on from it, or remove it to start anew.");
        return Checkpoint.Read(File);
    }

    /// <summary>Throws where a checkpoint is of a training that was told something else.</summary>
    internal void RequireSame(CheckpointPosition position, IReadOnlyDictionary<string, string> settings)
    {
        string[] differences =
        [
            .. settings
                .Keys.Union(position.Settings.Keys)
                .Where(key => settings.GetValueOrDefault(key) != position.Settings.GetValueOrDefault(key))
                .Select(key =>
                    $"{key} was {position.Settings.GetValueOrDefault(key, "not set")} and is {settings.GetValueOrDefault(key, "not set")}"
                ),
        ];
        if (differences.Length > 0)
            throw new InvalidOperationException(
                $"'{File}' is of another training: {string.Join("; ", differences)}. Use another CheckpointFolder."
            );
    }

    public void Dispose() => _lock.Dispose();
}
