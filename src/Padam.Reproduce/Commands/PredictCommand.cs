using System.CommandLine;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet;
using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Commands;

/// <summary><c>predict</c>: what a model sees in image files.</summary>
internal static class PredictCommand
{
    private const int Shown = 3;
    private static readonly Option<string> Model = new("--model") { Description = "The model zip.", Required = true };
    private static readonly Argument<string[]> Images = new("IMAGE")
    {
        Description = "Image files, resized to what the model takes.",
        Arity = ArgumentArity.OneOrMore,
    };

    public static Command Create()
    {
        var command = new Command("predict", "Classify image files.") { Model, Images };
        command.SetAction(parsed =>
        {
            string[] paths = parsed.GetValue(Images)!;
            if (paths.FirstOrDefault(path => !File.Exists(path)) is { } missing)
                throw new CommandException($"The image '{missing}' does not exist.");
            var mlContext = new MLContext();
            using ImageClassificationTransformer model = LoadedModel.Open(mlContext, parsed.GetValue(Model)!);
            IDataView scored = model.Transform(Load(mlContext, model, paths));
            foreach ((string path, Scored row) in paths.Zip(mlContext.Data.CreateEnumerable<Scored>(scored, reuseRowObject: false)))
                Console.WriteLine($"{path}: {string.Join(", ", Best(row.Score).Select(c => Share(model, c, row.Score[c])))}");
            return ExitCode.Success;
        });
        return command;
    }

    private static IDataView Load(MLContext mlContext, ImageClassificationTransformer model, string[] paths)
    {
        IDataView rows = mlContext.Data.LoadFromEnumerable(paths.Select(path => new Row { ImagePath = Path.GetFullPath(path) }));
        return mlContext
            .Transforms.LoadImages(model.FeatureColumnName, "", nameof(Row.ImagePath))
            .Append(mlContext.Transforms.ResizeImages(model.FeatureColumnName, model.ImageSize.Width, model.ImageSize.Height))
            .Fit(rows)
            .Transform(rows);
    }

    private static IEnumerable<int> Best(float[] score) => Enumerable.Range(0, score.Length).OrderByDescending(c => score[c]).Take(Shown);

    private static string Share(ImageClassificationTransformer model, int c, float score) =>
        string.Create(CultureInfo.InvariantCulture, $"{model.ClassNames?[c] ?? $"class {c}"} {score:P1}");

    private sealed class Row
    {
        public required string ImagePath { get; set; }
    }

    private sealed class Scored
    {
        [ColumnName("Score")]
        public float[] Score { get; set; } = [];
    }
}
