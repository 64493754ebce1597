using System.Text.Json;
using Padam.MLNet.Data;
using Padam.MLNet.Input;
using Padam.MLNet.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Training;

/// <summary>Mixup and CutMix and their losses when the draws are given, against torchvision's and torch's (Golden/mixing.py).</summary>
[TestClass]
public sealed class GoldenMixingTests
{
    private static readonly Golden Expected = JsonSerializer.Deserialize<Golden>(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "mixing.json")),
        JsonSerializerOptions.Web
    )!;
    private static readonly ImageShape Shape = new(Expected.Height, Expected.Width);

    [TestMethod]
    public void Mixed_pixels_are_the_same()
    {
        foreach (Mixed mixed in Expected.Mixup.Concat(Expected.CutMix))
        {
            BatchMixture mixture = MixtureOf(mixed);
            Assert.AreEqual(mixed.Share, mixture.Share, 1e-12);
            float[] images =
            [
                .. from n in Enumerable.Range(0, Expected.Labels.Length)
                from h in Enumerable.Range(0, Shape.Height)
                from w in Enumerable.Range(0, Shape.Width)
                from c in Enumerable.Range(0, 3)
                select ((n * 7) + (h * 5) + (w * 3) + (c * 11)) % 17 / 16f,
            ];
            mixture.Apply(images, Shape, new float[Shape.Values]);
            for (int i = 0; i < images.Length; i++)
                Assert.AreEqual(mixed.Images[i], images[i], 1e-6, $"{mixed}, value {i}");
        }
    }

    [TestMethod]
    public void Losses_are_those_of_soft_labels()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = tensor(Expected.Logits.Select(logit => (float)logit).ToArray()).reshape(-1, Expected.Classes),
            labels = tensor(Expected.Labels);
        float[] ofClasses = [.. Expected.Labels.Select(label => (float)Expected.ClassWeights[label])],
            ofBoth = [.. ofClasses.Zip(Expected.ExampleWeights, (ofClass, example) => ofClass * (float)example)];
        foreach (Mixed mixed in Expected.Mixup.Concat(Expected.CutMix))
        {
            var batch = new TrainingBatch(zeros(0), labels, labels.shape[0], Share: mixed.Share);
            Same(mixed.Plain, BatchLoss.Mean(logits, batch, 0));
            Same(mixed.Smoothed, BatchLoss.Mean(logits, batch, 0.2));
            Same(mixed.Smoothed, BatchLoss.Sum(logits, batch, 0.2) / labels.shape[0]);
            Same(mixed.ClassWeights, BatchLoss.Sum(logits, batch with { Weights = tensor(ofClasses) }, 0) / ofClasses.Sum());
            Same(mixed.AllWeightsSmoothed, BatchLoss.Sum(logits, batch with { Weights = tensor(ofBoth) }, 0.2) / ofBoth.Sum());

            void Same(double expected, Tensor actual) => Assert.AreEqual(expected, actual.item<float>(), 2e-6, $"{mixed}");
        }
    }

    private static BatchMixture MixtureOf(Mixed mixed) =>
        mixed.Y is { } y ? BatchMixture.Cut(mixed.Drawn, y, mixed.X!.Value, Shape) : new(mixed.Drawn);

    private sealed record Golden(
        int Height,
        int Width,
        int Classes,
        long[] Labels,
        double[] Logits,
        double[] ExampleWeights,
        double[] ClassWeights,
        Mixed[] Mixup,
        Mixed[] CutMix
    );

    private sealed record Mixed(
        double Drawn,
        int? Y,
        int? X,
        double Share,
        double[] Images,
        double Plain,
        double Smoothed,
        double ClassWeights,
        double AllWeightsSmoothed
    );
}
