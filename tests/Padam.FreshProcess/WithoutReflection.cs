using Microsoft.ML;
using Padam.MLNet;
using Padam.MLNet.Backbones;
using Padam.MLNet.Optimizers;

namespace Padam.FreshProcess;

/// <summary>
/// Trains with every optimizer, is cancelled, resumes, saves, verifies and loads, where JSON has no reflection: as when trimmed.
/// </summary>
internal static class WithoutReflection
{
    private static readonly string[] Optimizers = ["padam", "adam", "amsgrad", "adamw", "sgd", "yogi", "adabound"];

    internal static void Run(string data, string target)
    {
        AppContext.SetSwitch("System.Text.Json.JsonSerializer.IsReflectionEnabledByDefault", false);
        var mlContext = new MLContext(seed: 1);
        IDataView images = mlContext.Padam().LoadCifar10(data, CifarSplit.Train);
        foreach (string name in Optimizers)
        {
            using var source = new CancellationTokenSource();
            var options = new ImageClassificationOptions
            {
                Backbone = Backbone.Parse("vgg-small"),
                Optimizer = OptimizerOptionsBase.Parse(name),
                Epochs = 2,
                BatchSize = 20,
                ValidationFraction = 0.25,
                RestoreBestWeights = true,
                CheckpointFolder = Path.Combine(target, name),
                CancellationToken = source.Token,
                ProgressCallback = _ => source.Cancel(),
            };
            bool cancelled = false;
            try
            {
                mlContext.Padam().ImageClassifier(options).Fit(images).Dispose();
            }
            catch (OperationCanceledException)
            {
                cancelled = true;
            }

            (options.Resume, options.CancellationToken, options.ProgressCallback) = (true, default, null);
            string zip = Path.Combine(target, $"{name}.zip");
            using (ImageClassificationTransformer model = mlContext.Padam().ImageClassifier(options).Fit(images))
                mlContext.Model.Save(model, images.Schema, zip);
            bool same =
                ModelFile.Verify(zip).Backbone == ImageClassificationTransformer.Find(mlContext.Model.Load(zip, out _)).BackboneName;
            Console.WriteLine($"{name}: {(cancelled ? "cancelled" : "ran on")}, resumed, {(same ? "saved" : "lost")}");
        }
    }
}
