using System.CommandLine;
using System.Diagnostics;
using Microsoft.ML;
using Padam.MLNet;
using Padam.MLNet.Backbones;
using static TorchSharp.torch;

namespace Padam.Benchmarks.Scale;

/// <summary>
/// Trains a small network on ever more images and prints, epoch by epoch, what must not grow: resident memory and live tensors. Each epoch
/// has its test pass.
/// </summary>
internal static class ScaleCommand
{
    private const int TestImages = 1000;

    internal static Command Create()
    {
        Option<string> backbone = new("--backbone")
        {
            DefaultValueFactory = _ => "wrn-10-1",
            Description = "The network. The default value is wrn-10-1.",
        };
        Option<int[]> images = new("--images")
        {
            DefaultValueFactory = _ => [1_000, 10_000, 50_000],
            AllowMultipleArgumentsPerToken = true,
            Description = "Sizes of the training set. The default value is 1000 10000 50000.",
        };
        Option<int> epochs = new("--epochs")
        {
            DefaultValueFactory = _ => 20,
            Description = "Epochs of each training. The default value is 20.",
        };
        Option<ConvolutionAlgorithm> convolution = new("--convolution")
        {
            DefaultValueFactory = _ => ConvolutionAlgorithm.Auto,
            Description = "How convolutions are computed. The default value is Auto.",
        };
        Command command = new(
            "scale",
            "Memory and speed, epoch by epoch, as the training set grows. Exit code 1 where they grow from the first epochs to the last."
        )
        {
            backbone,
            images,
            epochs,
            convolution,
        };
        command.SetAction(parsed =>
        {
            var network = Backbone.Parse(parsed.GetValue(backbone)!);
            int growing = parsed
                .GetValue(images)!
                .Count(count => !IsSteady(network, parsed.GetValue(convolution), count, parsed.GetValue(epochs)));
            return growing == 0 ? 0 : 1;
        });
        return command;
    }

    private static bool IsSteady(Backbone backbone, ConvolutionAlgorithm convolution, int images, int epochs)
    {
        using var data = new SyntheticCifar(images, TestImages);
        var mlContext = new MLContext(seed: 1);
        var options = new ImageClassificationOptions
        {
            Backbone = backbone,
            ConvolutionAlgorithm = convolution,
            Epochs = epochs,
            Normalization = Normalization.Cifar10,
            Augmentation = new(CropPadding: 4, Flip: true),
            ValidationSet = data.Load(mlContext, CifarSplit.Test),
        };
        List<Footprint> epochsSeen = [];
        Console.WriteLine($"{images} images, {backbone}, {epochs} epochs");
        options.MetricsCallback = metrics =>
        {
            epochsSeen.Add(Footprint.Now(metrics.ImagesPerSecond));
            Console.WriteLine($"  epoch {metrics.Epoch, 3}: {epochsSeen[^1]}");
        };
        mlContext.Padam().ImageClassifier(options).Fit(data.Load(mlContext, CifarSplit.Train)).Dispose();

        Footprint[][] quarters = [.. epochsSeen.Chunk(Math.Max(1, epochsSeen.Count / 4))];
        (double before, double after) = (MedianResident(quarters[0]), MedianResident(quarters[^1]));
        long tensors = epochsSeen[^1].LiveTensors - epochsSeen[0].LiveTensors;
        Console.WriteLine(
            $"  {tensors:+0;-0;0} tensors after the first epoch; resident, median of the last quarter of the epochs against the first: "
                + $"{after - before:+0;-0;0} MiB"
        );
        return tensors <= 0 && after <= before * Footprint.Noise;
    }

    private static double MedianResident(Footprint[] footprints) =>
        footprints.Select(each => each.ResidentMiB).Order().ElementAt(footprints.Length / 2);

    /// <summary>What a training holds at the end of an epoch.</summary>
    private sealed record Footprint(double ResidentMiB, double ManagedMiB, long LiveTensors, double ImagesPerSecond)
    {
        /// <summary>Resident memory goes up and down by the blocks that libtorch's allocator keeps or gives back.</summary>
        internal const double Noise = 1.05;

        internal static Footprint Now(double imagesPerSecond)
        {
            // Garbage that the collector has not come by for is no growth.
            GC.Collect();
            GC.WaitForPendingFinalizers();
            using var process = Process.GetCurrentProcess();
            return new(
                process.WorkingSet64 / (double)(1 << 20),
                GC.GetTotalMemory(forceFullCollection: false) / (double)(1 << 20),
                Tensor.TotalCount,
                imagesPerSecond
            );
        }

        public override string ToString() =>
            $"{ResidentMiB, 6:0} MiB resident ({ManagedMiB:0} managed), {LiveTensors} tensors, {ImagesPerSecond:0} images/s";
    }
}
