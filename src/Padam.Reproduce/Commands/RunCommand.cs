using System.CommandLine;
using System.Globalization;
using Microsoft.ML;
using Padam.MLNet;
using Padam.Reproduce.Data;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Reporting;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Commands;

/// <summary><c>run</c>: one training.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var command = new Command(
            "run",
            "Train one network with one optimizer, test it after each epoch, and keep log, model, weights and summary."
        );
        foreach (Option option in RunOptions.All.Concat(TrickOptions.All))
            command.Add(option);
        command.SetAction((parsed, cancel) => Task.FromResult(Run(parsed, cancel)));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken cancel)
    {
        var asked = new AskedRun(parsed);
        // What options say together; each alone was checked when it was parsed.
        string[] faults = [.. RunFaults.Of(asked)];
        if (faults.Length > 0)
            throw new UsageException(faults);

        Communicator ranks = Job.Join(parsed.GetValue(RunOptions.Distributed));
        RunSettings settings = ranks.Together(() => asked.Settings(ranks));
        var files = new RunFiles(
            Path.Combine(parsed.GetValue(RunOptions.Out)!, settings.Backbone),
            settings.Optimizer.Name,
            settings.DataSet
        );
        if (parsed.GetValue(RunOptions.FindRate))
        {
            OutputFolder.Require(files.Folder, "--out");
            return RateSearch.Run(settings, Place(parsed, files), asked.Source, cancel);
        }

        using RunLock? held = ranks.Together(() => ranks.Rank == 0 ? Begin(parsed, files, settings) : null);
        if (ranks.Largest(held is null ? 0 : 1) == 0)
            return ExitCode.Success;
        RunPlace place = Place(parsed, files);
        RunSummary? summary = Terminal.Show(display =>
        {
            MLContext mlContext = RunContext.Of(display.Warn, settings.Seed, place.Device);
            ImageData data = ranks.Together(() => ImageData.Load(mlContext, asked.Source, settings.TrainLimit, settings.TestLimit));
            display.Say($"{settings}.");
            if (parsed.GetValue(RunOptions.Distributed) && ranks.Size == 1)
                display.Warn(Job.OnlyProcess);
            if (data.Remark is { } remark)
                display.Say(remark);
            display.Begin(settings.Optimizer.Name);
            return Training.Run(mlContext, settings, place, data, display, cancel);
        });
        if (summary is not null)
            Console.WriteLine(Result(summary, files));
        return ExitCode.Success;
    }

    /// <summary>Takes the lock of a run's files, where something of it is left to do; null where it is finished, which is said.</summary>
    private static RunLock? Begin(ParseResult parsed, RunFiles files, RunSettings settings)
    {
        OutputFolder.Require(files.Folder, "--out");
        RunLock held =
            RunLock.Take(files.Lock)
            ?? throw new CommandException($"Another process trains the run in '{files.Folder}' (it holds '{files.Lock}').");
        bool goesOn = false;
        try
        {
            ReplacedRun.Restore(files);
            bool resume = parsed.GetValue(RunOptions.Resume);
            if (!resume || !files.IsFinished)
                files.RequireFree(resume, parsed.GetValue(RunOptions.Force));
            goesOn = !resume || !files.IsFinished || GoesOn(files, settings);
            if (!goesOn)
                SayFinished(files, settings);
            return goesOn ? held : null;
        }
        finally
        {
            if (!goesOn)
                held.Dispose();
        }
    }

    private static RunPlace Place(ParseResult parsed, RunFiles files) =>
        new()
        {
            Files = files,
            Device = parsed.GetValue(RunOptions.DeviceName)!,
            Threads = Options.ThreadsHere(parsed.GetValue(RunOptions.Threads)),
            Alone = parsed.GetValue(RunOptions.Alone),
            Ranks = Job.Ranks,
            Resume = parsed.GetValue(RunOptions.Resume),
            Force = parsed.GetValue(RunOptions.Force),
            CheckpointEvery = parsed.GetValue(RunOptions.CheckpointEvery),
            KeepCheckpoint = parsed.GetValue(RunOptions.KeepCheckpoint),
            TensorBoard = parsed.GetValue(RunOptions.TensorBoard)
                ? Path.Combine(files.Folder, "tensorboard", Path.GetFileNameWithoutExtension(files.Log))
                : null,
        };

    /// <summary>Whether <c>--resume</c> finds a finished run that is told more epochs.</summary>
    private static bool GoesOn(RunFiles files, RunSettings settings)
    {
        bool isLonger = LongerRun.Is(settings, FinishedRun.Read(files)!.Summary.ResolvedSettings);
        if (isLonger)
            LongerRun.RequireCheckpoint(files, settings);
        return isLonger;
    }

    /// <summary>What <c>--resume</c> finds where there is nothing left to do.</summary>
    private static void SayFinished(RunFiles files, RunSettings settings)
    {
        FinishedRun run = FinishedRun.Read(files)!;
        if (RunIdentity.Of(settings).DifferenceFrom(run.Summary.ResolvedSettings) is { } difference)
        {
            throw new CommandException(
                $"'{files.Summary}' is a finished run of other settings: {difference}. Choose another --out, or overwrite it with --force."
            );
        }

        files.RemoveUnfinished(run.Summary.CheckpointKept); // It may have been killed after its last file, before this.
        Console.WriteLine($"{settings}: finished before.");
        Console.WriteLine(Result(run.Summary, files));
    }

    private static string Result(RunSummary summary, RunFiles files)
    {
        // Of classes of the same size it is the accuracy once more.
        string macro =
            summary.TestMacroAccuracy is { } mean && Math.Abs(mean - summary.TestAccuracy!.Value) > 1e-9
                ? string.Create(CultureInfo.InvariantCulture, $", mean over classes {mean:P2}")
                : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Test accuracy {summary.TestAccuracy:P2}{macro}, top-5 {summary.TestTop5:P2}, in {summary.Seconds:F0} s. Log: {files.Log}  "
                + $"{(File.Exists(files.Model) ? $"Model: {files.Model}" : "Its model was not kept.")}"
        );
    }
}
