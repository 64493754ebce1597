namespace Padam.Documentation.Tests;

/// <summary>
/// What a short block takes for granted: by the name behind "given:", the lines that come before it, and the folder in which it runs.
/// </summary>
internal static class Given
{
    /// <summary>What .NET's projects use without saying so, and what the pages leave out.</summary>
    internal const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Microsoft.ML;
        global using Microsoft.ML.Data;
        global using Padam.MLNet;
        global using Padam.MLNet.Backbones;
        global using Padam.MLNet.Optimizers;
        global using Padam.MLNet.Schedules;
        """;

    private const string Small = "Backbone = Backbone.Parse(\"vgg-small\"), BatchSize = 20, Epochs = 1, InferenceBatchSize = 20";

    private static readonly Dictionary<string, string> Lines = new()
    {
        ["mlContext"] = "var mlContext = new MLContext(seed: 1);",
        ["train"] = "IDataView train = mlContext.Padam().LoadCifar10(\"shapes\", CifarSplit.Train);",
        ["test"] = "IDataView test = mlContext.Padam().LoadCifar10(\"shapes\", CifarSplit.Test);",
        ["photographs"] = "IDataView photographs = mlContext.Padam().LoadImageFolder(\"photographs\");",
        ["options"] = $"var options = new ImageClassificationOptions {{ {Small} }};",
        ["model"] = $"ITransformer model = mlContext.Padam().ImageClassifier(new ImageClassificationOptions {{ {Small} }}).Fit(train);",
        ["photo model"] =
            "ITransformer model = mlContext.Padam().ImageClassifier(new ImageClassificationOptions { FeatureColumnName = \"Image\", "
            + $"ImageSize = new(32, 32), {Small} }}).Fit(photographs);",
        ["trained"] = "ImageClassificationTransformer trained = ImageClassificationTransformer.Find(model);",
        ["model.zip"] = "mlContext.Model.Save(model, null, \"model.zip\");",
        ["data"] = "IDataView data = train;",
        ["args"] = "",
    };

    /// <exception cref="KeyNotFoundException">There is nothing of that name.</exception>
    internal static string Code(IEnumerable<string> names) => string.Join('\n', names.Select(name => Lines[name]));

    /// <summary>Makes what programs find in their folder: ten shapes and two classes of photographs, few and small.</summary>
    internal static void WriteFiles(TemporaryFolder folder)
    {
        TinyImages.Write(folder["shapes"], train: 40, test: 20);
        Pictures.WriteStripes(folder["photographs"], each: 6, width: 64, height: 48);
        Pictures.WriteStripes(folder["new-photographs"], each: 2, width: 64, height: 48, seed: 2);
        File.Copy(folder["photographs", "down", "0.png"], folder["one.jpg"]);
        File.Copy(folder["photographs", "across", "0.png"], folder["two.jpg"]);
    }
}
