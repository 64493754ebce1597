using System.Diagnostics;
using Padam.MLNet;
using Padam.MLNet.Tests;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Experiments;
using Padam.Reproduce.Runs;

namespace Padam.Reliability;

/// <summary>The console on files of strangers, as a process of its own: exit code 1 and one sentence on stderr.</summary>
internal static class ConsoleCases
{
    internal static IEnumerable<Case> All =>
        [
            new(
                "Console",
                "verify on hostile models: exit code 1 and one sentence with the file",
                bench => Refuses(bench, zip => ["verify", "--model", zip], all: true)
            ),
            new(
                "Console",
                "evaluate on hostile models",
                bench => Refuses(bench, zip => ["evaluate", "--model", zip, "--dataset", "cifar10", "--data", bench["data"]], all: false)
            ),
            new(
                "Console",
                "predict on hostile models",
                bench => Refuses(bench, zip => ["predict", "--model", zip, Image(bench)], all: false)
            ),
            new("Console", "training log (CSV), 100,000 mutations", Logs),
            new("Console", "experiment (JSON), 100,000 mutations: refused with its path and line, or planned", Experiments),
        ];

    private static Outcome Refuses(Bench bench, Func<string, string[]> arguments, bool all)
    {
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        options.Backbone = MLNet.Backbones.Backbone.Parse("wrn-10-1");
        using ImageClassificationTransformer model = bench
            .MLContext.Padam()
            .ImageClassifier(options)
            .Fit(bench.MLContext.Data.TakeRows(bench.Train, 16));
        string zip = bench["model.zip"];
        var models = new BrokenModels(bench.Zip(model));
        (string Name, Func<byte[]> Zip, string Word)[] hostile = [.. models.Hostile(128 << 20)];
        if (!all)
            hostile = [.. hostile.Where((_, i) => i % 5 == 0)];
        int held = 0;
        double slowest = 0;
        string text = "";
        foreach ((string name, Func<byte[]> bytes, _) in hostile)
        {
            File.WriteAllBytes(zip, bytes());
            // Processes that were killed in other cases left their sockets.
            int before = Directory.EnumerateFileSystemEntries(bench.Temporary).Count();
            long start = Stopwatch.GetTimestamp();
            (int code, string output, string error) = Run(arguments(zip));
            slowest = Math.Max(slowest, Stopwatch.GetElapsedTime(start).TotalSeconds);
            bool clean = Directory.EnumerateFileSystemEntries(bench.Temporary).Count() == before;
            if (
                code == 1
                && output.Length == 0
                && error.Trim().Split('\n').Length == 1
                && error.Contains(zip, StringComparison.Ordinal)
                && clean
            )
                held++;
            else
                text = $"; {name}: {code} {output} {error}".ReplaceLineEndings(" ");
        }

        return new(hostile.Length, held, $"the slowest process took {slowest:0.0} s{text}");
    }

    private static Outcome Logs(Bench bench)
    {
        string log = bench["log.csv"];
        using (ImageClassificationTransformer model = bench.Fit(Logged(bench, log))) { }
        return ReaderCases.Fuzz(
            bench,
            File.ReadAllBytes(log),
            bytes =>
            {
                File.WriteAllBytes(log, bytes);
                try
                {
                    TrainingLog.Read(log);
                }
                catch (CommandException fault) when (fault.Message.Contains(log, StringComparison.Ordinal))
                {
                    throw new InvalidDataException(fault.Message, fault);
                }
            }
        );
    }

    private static Outcome Experiments(Bench bench) =>
        ReaderCases.Fuzz(
            bench,
            File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "experiment.json")),
            bytes =>
            {
                try
                {
                    Planning.Of(ExperimentFile.Parse(bytes, "mine.json"), Scale.Desk, Recipe.Report, [1, 2]);
                }
                catch (CommandException fault) when (fault.Message.StartsWith("mine.json, line ", StringComparison.Ordinal))
                {
                    throw new InvalidDataException(fault.Message, fault);
                }
            }
        );

    private static ImageClassificationOptions Logged(Bench bench, string path)
    {
        ImageClassificationOptions options = TinyImages.Options(epochs: 3);
        options.ValidationSet = bench.Test;
        TrainingLog log = TrainingLog.Start(path);
        options.MetricsCallback = metrics => log.Append(LogRow.Of(metrics));
        return options;
    }

    private static string Image(Bench bench)
    {
        string path = bench["image.png"];
        File.WriteAllBytes(path, OddImages.Readable.First(image => image.Name == "grey.png").Bytes);
        return path;
    }

    private static (int Code, string Output, string Error) Run(string[] arguments)
    {
        using Process process = Process.Start(
            new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "padam-reproduce.dll"), .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
