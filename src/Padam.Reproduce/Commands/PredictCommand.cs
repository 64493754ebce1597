using System.CommandLine;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Commands;

/// <summary><c>predict</c>: what a model sees in image files.</summary>
internal static class PredictCommand
{
    private const int Shown = 5;
    private static readonly Option<string> Model = Options.Model();
    private static readonly Argument<string[]> Images = new("IMAGE")
    {
        Description = "Image files; they are brought to the size that the model takes, as in training.",
        Arity = ArgumentArity.OneOrMore,
    };

    public static Command Create()
    {
        var command = new Command("predict", "Classify image files.") { Model, Images };
        command.SetAction(parsed =>
        {
            string[] paths = parsed.GetValue(Images)!;
            MLContext mlContext = RunContext.Of(Console.Error.WriteLine);
            using ImageClassificationTransformer model = LoadedModel.Open(mlContext, parsed.GetValue(Model)!);
            IDataView scored = model.Transform(mlContext.Padam().LoadImages(paths, model.FeatureColumnName, model.Preprocessing));
            foreach ((string path, Scored row) in paths.Zip(mlContext.Data.CreateEnumerable<Scored>(scored, reuseRowObject: false)))
                Console.WriteLine($"{path}: {string.Join(", ", Best(row.Score).Select(c => Share(model, c, row.Score[c])))}");
            return ExitCode.Success;
        });
        return command;
    }

    private static IEnumerable<int> Best(float[] score) => Enumerable.Range(0, score.Length).OrderByDescending(c => score[c]).Take(Shown);

    private static string Share(ImageClassificationTransformer model, int c, float score) =>
        string.Create(CultureInfo.InvariantCulture, $"{model.ClassNames?[c] ?? $"class {c}"} {score:P1}");

    private sealed class Scored
    {
        [ColumnName("Score")]
        public float[] Score { get; set; } = [];
    }
}
