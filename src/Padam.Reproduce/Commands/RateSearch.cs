using System.Globalization;
using System.Text;
using Microsoft.ML;
using Padam.MLNet;
using Padam.MLNet.Formats;
using Padam.Reproduce.Data;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Reporting;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Commands;

/// <summary><c>run --find-lr</c>: the range test before a run, whose files stay as they are.</summary>
internal static class RateSearch
{
    public static int Run(RunSettings settings, RunPlace place, ImageSource source, CancellationToken cancel)
    {
        (string table, string figure) = (place.Files.Rates + ".csv", place.Files.Rates + ".png");
        foreach (string file in new[] { table, figure })
            OutputFile.Require(file, "--out", place.Force);
        MLContext mlContext = RunContext.Of(Console.Error.WriteLine, settings.Seed, place.Device);
        var data = ImageData.Load(mlContext, source, settings.TrainLimit, settings.TestLimit);
        ImageClassificationOptions options = TrainingOptions.Of(settings);
        (options.Threads, options.CancellationToken) = (place.Threads, cancel);

        LearningRateCurve curve = mlContext.Padam().FindLearningRate(options, data.Train.Rows);

        if (curve.Rates.Count == 0)
            throw new CommandException(Sentence(curve));
        AtomicFile.Write(table, stream => stream.Write(Encoding.UTF8.GetBytes(Csv(curve))));
        RateFigure.Write(figure, curve);
        Console.WriteLine($"{Sentence(curve)} Curve: {figure}  Numbers: {table}");
        return ExitCode.Success;
    }

    /// <summary>What the curve says.</summary>
    internal static string Sentence(LearningRateCurve curve) =>
        curve.Rates.Count == 0
            ? "The training diverged at once: the loss is no number, or infinite, at the lowest rate already. Look at --weights and the "
                + "images."
        : curve.Suggestion is { } rate
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"The loss falls most steeply at --lr {rate:0.0e0}, of {curve.Rates.Count} steps."
            )
        : $"The loss does not fall at any rate, of {curve.Rates.Count} steps.";

    private static string Csv(LearningRateCurve curve) =>
        string.Concat(
            curve
                .Rates.Zip(curve.Losses, (rate, loss) => string.Create(CultureInfo.InvariantCulture, $"{rate:R};{loss:R}\n"))
                .Prepend("rate;loss\n")
        );
}
