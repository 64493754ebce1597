using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Runs;

/// <summary>
/// Where a run writes: <c>FOLDER/model_OPTIMIZER_DATASET</c> with .csv, .zip, .h5 and .json, and the checkpoint while it is unfinished.
/// </summary>
internal sealed record RunFiles(string Folder, string Optimizer, string DataSet)
{
    public string Log => Named(".csv");

    public string Model => Named(".zip");

    public string Weights => Named(".h5");

    /// <summary>Settings, results and times. It is written last: a run with it is finished.</summary>
    public string Summary => Named(".json");

    public string Checkpoint => Named(".checkpoint");

    public bool IsFinished => File.Exists(Summary) && File.Exists(Model);

    /// <summary>Whether a run was begun here and neither finished nor cleared away.</summary>
    public bool IsUnfinished => Directory.Exists(Checkpoint) && Directory.EnumerateFiles(Checkpoint, "checkpoint.zip").Any();

    /// <summary>Clears the checkpoint away, and what a killed process left half-written: the run is finished, or starts over.</summary>
    /// <exception cref="IOException">A training is at work in it.</exception>
    public void RemoveUnfinished()
    {
        if (!Directory.Exists(Folder))
            return;
        if (Directory.Exists(Checkpoint))
        {
            // The library holds this file while it trains; on Linux deleting would not mind.
            using (new FileStream(Path.Combine(Checkpoint, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None)) { }
            Directory.Delete(Checkpoint, recursive: true);
        }

        foreach (string left in Directory.EnumerateFiles(Folder, $"{Path.GetFileNameWithoutExtension(Log)}.*.tmp"))
            File.Delete(left);
    }

    /// <summary>
    /// Clears an old run away. Its summary goes first: without it the rest is no finished run, whenever this is interrupted.
    /// </summary>
    public void RemoveFinished()
    {
        File.Delete(Summary);
        RemoveUnfinished();
    }

    /// <summary>Refuses a finished run in the way, and a folder that cannot be written, before any work.</summary>
    public void Prepare(bool force)
    {
        if (IsFinished && !force)
        {
            RemoveUnfinished(); // It may have been killed after its last file, before this.
            throw new CommandException($"'{Model}' is a finished run. Choose another --out, or overwrite it with --force.");
        }

        try
        {
            Directory.CreateDirectory(Folder);
            string probe = Named($".{Guid.NewGuid():N}.tmp");
            using (new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose)) { }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(
                $"The output folder '{Folder}' cannot be written: {e.Message.TrimEnd('.')}. Choose another --out.",
                e
            );
        }
    }

    private string Named(string extension) => Path.Combine(Folder, $"model_{Optimizer}_{DataSet}{extension}");
}
