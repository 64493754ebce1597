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

    /// <summary>
    /// Settings, results and times. It is written last: a run with it and its log is finished, whether its model is kept or not.
    /// </summary>
    public string Summary => Named(".json");

    public string Checkpoint => Named(".checkpoint");

    /// <summary>Of a search for the learning rate, without its ending.</summary>
    public string Rates => Path.Combine(Folder, $"lr_{Optimizer}_{DataSet}");

    /// <summary>Held by the process that trains this run.</summary>
    public string Lock => Named(".lock");

    /// <summary>Where <c>--force</c> puts the old checkpoint until the new training has one.</summary>
    public string OldCheckpoint => Named(".checkpoint.old");

    public bool IsFinished => File.Exists(Summary);

    /// <summary>Whether there is a checkpoint, of a run that is not finished or one that was kept.</summary>
    public bool HasCheckpoint => File.Exists(Path.Combine(Checkpoint, "checkpoint.zip"));

    /// <summary>What is left of a run that is neither finished nor can go on: its summary or its checkpoint was removed.</summary>
    public IEnumerable<string> Remains =>
        HasCheckpoint ? [] : new[] { Model, Weights }.Where(File.Exists).Concat(TrainingLog.HasEpochs(Log) ? [Log] : []);

    /// <summary>Refuses to write over what a run left here, unless it is asked to.</summary>
    /// <exception cref="CommandException">A run is in the way, finished, unfinished or in part.</exception>
    public void RequireFree(bool resume, bool force)
    {
        if (force)
            return;
        if (IsFinished)
            throw new CommandException($"'{Summary}' is a finished run. Choose another --out, or overwrite it with --force.");
        if (HasCheckpoint && !resume)
            throw new CommandException($"'{Checkpoint}' is an unfinished run. Go on with --resume, or start over with --force.");
        // A log alone is of a training that was killed before its first checkpoint.
        if (Remains.FirstOrDefault(file => !resume || file != Log) is { } remains)
        {
            throw new CommandException(
                $"'{remains}' is left of a run without '{Summary}'. Put that back, choose another --out, or overwrite the run with --force."
            );
        }
    }

    /// <summary>Clears the checkpoint away, and what a killed process left half-written: the run is finished, or starts over.</summary>
    /// <param name="keepCheckpoint">Whether the checkpoint stays after all.</param>
    public void RemoveUnfinished(bool keepCheckpoint = false)
    {
        foreach (string checkpoint in new[] { Checkpoint, OldCheckpoint }.Skip(keepCheckpoint ? 1 : 0).Where(Directory.Exists))
            Directory.Delete(checkpoint, recursive: true);
        foreach (string left in Directory.EnumerateFiles(Folder, $"{Path.GetFileNameWithoutExtension(Log)}.*.tmp"))
            File.Delete(left);
    }

    /// <summary>
    /// Clears the files of an old run away. Its summary goes first: without it the rest is no finished run, whenever this is interrupted.
    /// </summary>
    public void RemoveFinished()
    {
        foreach (string file in new[] { Summary, Model, Weights })
            File.Delete(file);
    }

    private string Named(string extension) => Path.Combine(Folder, $"model_{Optimizer}_{DataSet}{extension}");
}
