using System.CommandLine;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Reporting;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Commands;

/// <summary><c>predict</c>: what a model sees in image files.</summary>
internal static class PredictCommand
{
    private const int Shown = 5;
    private const string Explained = ".explained.png";
    private static readonly Option<string> Model = Options.Model();
    private static readonly Argument<string[]> Images = new("IMAGE")
    {
        Description = "Image files; they are brought to the size that the model takes, as in training.",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<bool> Explain = new("--explain")
    {
        Description =
            $"Write IMAGE{Explained} beside each image: what the network was given, and where in it is what speaks for the first class "
            + "(Grad-CAM).",
    };

    private static readonly Option<bool> Force = new("--force") { Description = "Overwrite pictures of --explain that are there." };

    public static Command Create()
    {
        var command = new Command("predict", "Classify image files.") { Model, Images, Explain, Force };
        command.SetAction(parsed =>
        {
            string[] paths = parsed.GetValue(Images)!;
            bool explains = parsed.GetValue(Explain);
            if (explains && !parsed.GetValue(Force) && paths.Select(ExplainedName).FirstOrDefault(File.Exists) is { } there)
                throw new CommandException($"'{there}' is there already. Move it away, or overwrite it with --force.");
            if (explains && paths.Intersect(paths.Select(ExplainedName)).FirstOrDefault() is { } explained)
                throw new UsageException($"'{explained}' is a picture that --explain writes, of another image here: leave it out.");
            MLContext mlContext = RunContext.Of(Console.Error.WriteLine);
            using ImageClassificationTransformer model = LoadedModel.Open(mlContext, parsed.GetValue(Model)!);
            IDataView images = mlContext.Padam().LoadImages(paths, model.FeatureColumnName, model.Preprocessing);
            IEnumerable<ClassActivationMap>? maps = explains ? model.Explain(images) : null;
            IDataView scored = model.Transform(images);
            foreach ((string path, Scored row) in paths.Zip(mlContext.Data.CreateEnumerable<Scored>(scored, reuseRowObject: false)))
                Console.WriteLine($"{path}: {string.Join(", ", Best(row.Score).Select(c => Share(model, c, row.Score[c])))}");
            foreach ((string path, ClassActivationMap map) in paths.Zip(maps ?? []))
                HeatPicture.Write(ExplainedName(path), map);
            return ExitCode.Success;
        });
        return command;
    }

    private static string ExplainedName(string image) => image + Explained;

    private static IEnumerable<int> Best(float[] score) => Enumerable.Range(0, score.Length).OrderByDescending(c => score[c]).Take(Shown);

    private static string Share(ImageClassificationTransformer model, int c, float score) =>
        string.Create(CultureInfo.InvariantCulture, $"{model.ClassName(c)} {score:P1}");

    private sealed class Scored
    {
        [ColumnName("Score")]
        public float[] Score { get; set; } = [];
    }
}
