using System.Globalization;
using Microsoft.ML;
using Padam.Reproduce.Data;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Reporting;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Commands;

/// <summary>
/// The console without arguments: a data set of its own making, a small network, the report's four optimizers, one table. It may be run
/// again and again: its folder is its own.
/// </summary>
internal static class Tour
{
    private const int TrainImages = 5_000,
        TestImages = 1_000,
        Epochs = 5;
    private static readonly string Folder = Path.Combine("runs", "tour");
    private static readonly string[] Optimizers = ["padam", "adam", "amsgrad", "sgd"];

    public static int Run(CancellationToken cancel)
    {
        string data = Path.Combine(Folder, "data");
        var set = new SyntheticCifar(TrainImages, TestImages, Seed: 1);
        if (!set.IsIn(data))
            set.Write(data, cancel);

        Console.WriteLine(
            $"A quick tour: {TrainImages} procedural images of ten shapes, the network vgg-small, {Epochs} epochs with each of four "
                + "optimizers (the report's Table 1 settings)."
        );
        List<RunSummary> runs = Terminal.Show(display =>
            Optimizers.Select(optimizer => Train(Settings(optimizer), Place(optimizer), data, display, cancel)).ToList()
        );

        Terminal.Write(["optimizer", "test error", "test top-5 error", "train loss", "seconds"], runs.Select(Row));
        Console.WriteLine(
            "A guess would be wrong in 90 % of cases. One seed and a few short epochs rank nothing: that is what 'run' is for, on real "
                + "images."
        );
        Console.WriteLine(
            $"Logs (.csv), models (.zip), weights (.h5) and summaries (.json): {Path.GetDirectoryName(Place("padam").Files.Log)}"
        );
        return ExitCode.Success;
    }

    private static IEnumerable<string> Row(RunSummary run)
    {
        FormattableString[] cells =
        [
            $"{run.Settings.Optimizer.Name}",
            $"{1 - run.TestAccuracy:P1}",
            $"{1 - run.TestTop5:P1}",
            $"{run.TrainLoss:F3}",
            $"{run.Seconds:F0}",
        ];
        return cells.Select(cell => cell.ToString(CultureInfo.InvariantCulture));
    }

    private static RunSettings Settings(string optimizer) =>
        new()
        {
            DataSet = "synthetic",
            Backbone = "vgg-small",
            Optimizer = new OptimizerSettings(optimizer),
            Recipe = Recipe.Authors.Name,
            Epochs = Epochs,
            BatchSize = 64,
            Seed = 1,
        };

    private static RunPlace Place(string optimizer) =>
        new() { Files = new RunFiles(Path.Combine(Folder, "vgg-small"), optimizer, "synthetic"), Force = true };

    private static RunSummary Train(RunSettings settings, RunPlace place, string folder, ITrainingDisplay display, CancellationToken cancel)
    {
        OutputFolder.Require(place.Files.Folder, "folder to run it in");
        using RunLock held = RunLock.Take(place.Files.Lock) ?? throw new CommandException($"Another process is on a tour in '{Folder}'.");
        MLContext mlContext = RunContext.Of(display.Warn, settings.Seed);
        var data = ImageData.Load(mlContext, new ImageSource(settings.DataSet, Labels: null, folder), null, null);
        display.Begin(settings.Optimizer.Name);
        return Training.Run(mlContext, settings, place, data, display, cancel)!;
    }
}
