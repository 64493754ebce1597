using System.CommandLine;
using System.Globalization;
using Microsoft.ML;
using static TorchSharp.torch;

namespace Padam.Benchmarks.Transfer;

/// <summary>
/// From some dozen images a class to a classifier: ML.NET's DnnFeaturizeImage before a linear trainer, beside the ways of FineTune and a
/// training from scratch. All see the same images, resized to 224 x 224 by ML.NET, and are asked for the same test images.
/// </summary>
internal static class TransferCommand
{
    internal static Command Create()
    {
        Option<string> data = new("--data") { Required = true, Description = "The folder of CIFAR-10's .bin files." };
        Option<int[]> seeds = new("--seeds")
        {
            DefaultValueFactory = _ => [1, 2, 3],
            AllowMultipleArgumentsPerToken = true,
            Description = "Each draws another training set. The default value is 1 2 3.",
        };
        Option<int> perClass = new("--per-class")
        {
            DefaultValueFactory = _ => 50,
            Description = "Training images a class. The default value is 50.",
        };
        Option<int> test = new("--test")
        {
            DefaultValueFactory = _ => 2000,
            Description = "Test images, the first of the test set. The default value is 2000.",
        };
        Option<string[]> ways = new Option<string[]>("--ways")
        {
            DefaultValueFactory = _ => [.. Way.All.Select(way => way.Name)],
            AllowMultipleArgumentsPerToken = true,
            Description = $"What to try. The default value is all: {string.Join(' ', Way.All.Select(way => way.Name))}.",
        }.AcceptOnlyFromAmong([.. Way.All.Select(way => way.Name)]);
        Option<int?> threads = new("--threads") { Description = "CPU threads. The default value is libtorch's choice." };
        Command command = new("transfer", "Accuracy and seconds from few images: DnnFeaturizeImage, FineTune, and from scratch.")
        {
            data,
            seeds,
            perClass,
            test,
            ways,
            threads,
        };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(threads) is { } count)
                set_num_threads(count);
            Way[] chosen = [.. Way.All.Where(way => parsed.GetValue(ways)!.Contains(way.Name))];
            var results = chosen.ToDictionary(way => way, _ => new List<Result>());
            Console.WriteLine($"{get_num_threads()} threads of libtorch");
            foreach (int seed in parsed.GetValue(seeds)!)
            {
                var mlContext = new MLContext(seed);
                var few = FewImages.Draw(mlContext, parsed.GetValue(data)!, parsed.GetValue(perClass), parsed.GetValue(test), seed);
                foreach (Way way in chosen)
                {
                    Result result = way.Measure(mlContext, few, seed);
                    results[way].Add(result);
                    Console.WriteLine(FormattableString.Invariant($"seed {seed}  {way.Name, -12} {result}"));
                }
            }

            Console.WriteLine(
                "\n| | accuracy, mean and standard deviation | seconds to train | seconds to score |\n| --- | --- | --- | --- |"
            );
            foreach (Way way in chosen)
                Console.WriteLine($"| {way.Description} | {Row(results[way])} |");
            return 0;
        });
        return command;
    }

    private static string Row(List<Result> results)
    {
        double mean = results.Average(result => result.Accuracy),
            deviation = Math.Sqrt(results.Sum(result => Math.Pow(result.Accuracy - mean, 2)) / Math.Max(1, results.Count - 1));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{100 * mean:0.00} +- {100 * deviation:0.00} % | {results.Average(r => r.Training):0.0} | "
                + $"{results.Average(r => r.Scoring):0.0}"
        );
    }
}

/// <summary>What came of one way.</summary>
/// <param name="Accuracy">On the test images, 0 to 1.</param>
/// <param name="Training">Seconds from the images to the model.</param>
/// <param name="Scoring">Seconds of the test images.</param>
internal sealed record Result(double Accuracy, double Training, double Scoring)
{
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{100 * Accuracy:0.00} %  trained in {Training:0.0} s, scored in {Scoring:0.0} s");
}
