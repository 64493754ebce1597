using Microsoft.ML;
using Padam.MLNet;
using Padam.MLNet.Tests;

namespace Padam.FreshProcess;

/// <summary>Twenty steps of a training over MPI.</summary>
internal static class SharedTraining
{
    internal static void Run(string backbone, bool synchronized, string target)
    {
        var mlContext = new MLContext(seed: 1);
        Communicator ranks = Mpi.World;
        ImageClassificationOptions options = TwentySteps.Options(backbone, ranks, synchronized);
        using ImageClassificationTransformer model = mlContext.Padam().ImageClassifier(options).Fit(TwentySteps.View(mlContext));
        model.SaveWeights(Path.Combine(target, $"{ranks.Rank}.safetensors"), WeightsFormat.Safetensors);
    }
}
