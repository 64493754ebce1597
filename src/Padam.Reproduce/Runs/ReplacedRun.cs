namespace Padam.Reproduce.Runs;

/// <summary>
/// What <c>--force</c> is about to replace. It stays until the new training has something to show: data, device or weights that turn out to
/// be missing cost nothing.
/// </summary>
internal sealed class ReplacedRun : IDisposable
{
    private readonly RunFiles files;

    /// <summary>Puts an old checkpoint aside, which the trainer would not start over.</summary>
    public ReplacedRun(RunFiles files)
    {
        this.files = files;
        if (!files.HasCheckpoint)
            return;
        if (Directory.Exists(files.OldCheckpoint))
            Directory.Delete(files.OldCheckpoint, recursive: true);
        Directory.Move(files.Checkpoint, files.OldCheckpoint);
    }

    /// <summary>The new training has an epoch, or a checkpoint: the old run goes.</summary>
    public void Remove()
    {
        files.RemoveFinished();
        if (Directory.Exists(files.OldCheckpoint))
            Directory.Delete(files.OldCheckpoint, recursive: true);
    }

    /// <summary>Puts the old checkpoint back where the new training came to nothing, also in a process that was killed.</summary>
    public static void Restore(RunFiles files)
    {
        if (!Directory.Exists(files.OldCheckpoint) || files.HasCheckpoint)
            return;
        if (Directory.Exists(files.Checkpoint))
            Directory.Delete(files.Checkpoint, recursive: true);
        Directory.Move(files.OldCheckpoint, files.Checkpoint);
    }

    public void Dispose() => Restore(files);
}
