using Microsoft.ML;
using Padam.MLNet.Backbones;
using Padam.MLNet.Formats;
using Padam.MLNet.Optimizers;

namespace Padam.MLNet.Tests.Scoring;

/// <summary>Models on a GPU beside the same on the CPU.</summary>
[TestClass]
[DoNotParallelize] // libtorch's switches are the process's.
public sealed class ScoringOnGpuTests : BesideTheCpu
{
    [TestMethod]
    [DataRow("vgg-small")]
    [DataRow("vgg16")]
    [DataRow("resnet18")]
    [DataRow("resnet50")]
    [DataRow("wrn-16-4")]
    [DataRow("airbench94")]
    public void A_network_trained_there_scores_as_it_does_on_the_CPU(string backbone)
    {
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        options.Backbone = Backbone.Parse(backbone);
        options.Optimizer = new SgdOptions { LearningRate = 1e-3 };
        IDataView rows = Rows.View(OnGpu, Rows.Of(64));
        using ImageClassificationTransformer model = OnGpu.Padam().ImageClassifier(options).Fit(rows);
        IReadOnlyList<float[]> scores = TinyImages.Scores(OnGpu, model, rows);
        OnGpu.Model.Save(model, rows.Schema, Folder["model.zip"]);

        using var loaded = (ImageClassificationTransformer)OnCpu.Model.Load(Folder["model.zip"], out _);
        IReadOnlyList<float[]> expected = TinyImages.Scores(OnCpu, loaded, Rows.View(OnCpu, Rows.Of(64)));
        TestContext.WriteLine($"{backbone}: {expected.Zip(scores, (a, b) => a.Zip(b, (c, d) => Math.Abs(c - d)).Max()).Max():0.#e0}");

        TinyImages.AreClose(expected, scores, tolerance: 1e-3f);
        Assert.AreEqual(TinyImages.Hash(loaded), TinyImages.Hash(model), "the weights are saved as they are");
    }

    [TestMethod]
    public void A_model_is_scored_there_by_many_threads_at_once()
    {
        using ImageClassificationTransformer model = Tiny();
        IDataView rows = Rows.View(OnGpu, Rows.Of(40));
        IReadOnlyList<float[]> expected = TinyImages.Scores(OnGpu, model, rows);

        Parallel.For(0, 16, _ => TinyImages.AreClose(expected, TinyImages.Scores(OnGpu, model, Rows.View(OnGpu, Rows.Of(40))), 1e-5f));
    }

    [TestMethod]
    public void A_model_on_it_is_written_in_every_format()
    {
        using ImageClassificationTransformer model = Tiny();
        OnGpu.Model.Save(model, null, Folder["model.zip"]);
        using var loaded = (ImageClassificationTransformer)OnCpu.Model.Load(Folder["model.zip"], out _);

        foreach (WeightsFormat format in Enum.GetValues<WeightsFormat>())
        {
            model.SaveWeights(Folder["gpu"], format);
            loaded.SaveWeights(Folder["cpu"], format);
            CollectionAssert.AreEqual(File.ReadAllBytes(Folder["cpu"]), File.ReadAllBytes(Folder["gpu"]), $"{format}");
        }

        // Its normalisations are folded into the weights before it, on the GPU, which rounds otherwise.
        model.SaveOnnx(Folder["gpu.onnx"]);
        loaded.SaveOnnx(Folder["cpu.onnx"]);
        OnnxFile expected = OnnxFile.Read(Folder["cpu.onnx"]),
            actual = OnnxFile.Read(Folder["gpu.onnx"]);
        CollectionAssert.AreEqual(expected.Tensors.Keys.ToArray(), actual.Tensors.Keys.ToArray());
        foreach ((string name, OnnxTensor tensor) in expected.Tensors)
            TinyImages.AreClose([tensor.Values], [actual.Tensors[name].Values], tolerance: 1e-5f);
    }

    [TestMethod]
    public void A_GPU_that_is_not_there_is_refused_and_named()
    {
        var mlContext = new MLContext(seed: 1) { GpuDeviceId = 1000, FallbackToCpu = false };

        StringAssert.Contains(
            Assert
                .ThrowsExactly<InvalidOperationException>(() =>
                    mlContext.Padam().ImageClassifier(TinyImages.Options(epochs: 1)).Fit(Rows.View(mlContext, Rows.Of(20)))
                )
                .Message,
            "GpuDeviceId is 1000, but there are"
        );
    }

    private ImageClassificationTransformer Tiny() =>
        OnGpu.Padam().ImageClassifier(TinyImages.Options(epochs: 1)).Fit(Rows.View(OnGpu, Rows.Of(64)));
}
