using System.Globalization;
using Microsoft.ML;
using Padam.MLNet;
using Padam.Reproduce.Data;
using Padam.Reproduce.Reporting;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Commands;

/// <summary><c>evaluate --report</c>: measures a model and writes the page about it.</summary>
internal static class EvaluationPage
{
    /// <param name="mlContext">Measures.</param>
    /// <param name="model">The model.</param>
    /// <param name="file">Where it came from.</param>
    /// <param name="test">The test images.</param>
    /// <param name="scored">The same with the model's answers.</param>
    /// <param name="source">What they are of.</param>
    /// <param name="page">The file to write.</param>
    /// <returns>What the page begins with.</returns>
    public static TestResult Write(
        MLContext mlContext,
        ImageClassificationTransformer model,
        string file,
        ImagePart test,
        IDataView scored,
        ImageSource source,
        string page
    )
    {
        // The network passes the images once; metrics and counts read what it said.
        IDataView kept = mlContext.Data.Cache(scored, "Label", "Score", "PredictedLabel");
        var result = TestResult.OfScored(mlContext, kept, model.Classes);
        var answers = Answers.Of(kept, model.Classes, ModelPage.MostMistakes);
        new ModelPage
        {
            Model = file,
            Description =
                $"{model.BackboneName} for images of {model.ImageSize.Height}x{model.ImageSize.Width} and {model.Classes} classes, after "
                + $"epoch {model.Epoch} of a training with seed {model.Seed}.",
            Data = string.Create(
                CultureInfo.InvariantCulture,
                $"Measured on {test.Share.Taken:N0} test images of {source.DataSet}{(test.Taken is { } taken ? $": {taken}" : "")}."
            ),
            ClassNames = [.. Enumerable.Range(0, model.Classes).Select(model.ClassName)],
            Result = result,
            Answers = answers,
            MistakenImages = Images(mlContext, model, test.Rows, answers.SurestMistakes),
        }.Write(page);
        return result;
    }

    private static ClassActivationMap[] Images(
        MLContext mlContext,
        ImageClassificationTransformer model,
        IDataView rows,
        IReadOnlyList<Mistake> mistakes
    )
    {
        if (mistakes.Count == 0)
            return [];
        HashSet<int> positions = [.. mistakes.Select(mistake => mistake.Row)];
        Dictionary<int, ClassActivationMap> byRow = positions
            .Order()
            .Zip(model.Explain(RowsByPosition.Of(mlContext, rows, positions)))
            .ToDictionary(pair => pair.First, pair => pair.Second);
        return [.. mistakes.Select(mistake => byRow[mistake.Row])];
    }
}
