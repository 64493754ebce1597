using Microsoft.ML;

namespace Padam.MLNet.Tests.Models;

/// <summary>ML.NET's converter to ONNX is told that it cannot, until it can.</summary>
[TestClass]
public sealed class OnnxTests
{
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly IDataView _data;
    private readonly ImageClassificationTrainer _trainer;

    public OnnxTests()
    {
        _data = Rows.View(_mlContext, Rows.Of(20), values: TinyImages.Names);
        _trainer = _mlContext.Padam().ImageClassifier(TinyImages.Options(epochs: 1));
    }

    [TestMethod]
    public void A_model_is_refused_and_nothing_is_written()
    {
        using ImageClassificationTransformer model = _trainer.Fit(_data);

        Refuses(model);
    }

    [TestMethod]
    public void A_pipeline_with_steps_before_and_after_it_is_refused()
    {
        var pipeline = _mlContext
            .Transforms.CopyColumns("Copy", "Label")
            .Append(_trainer)
            .Append(_mlContext.Transforms.Conversion.MapKeyToValue("Class", "PredictedLabel"));

        Refuses(pipeline.Fit(_data));
    }

    [TestMethod]
    public void A_model_that_was_loaded_is_refused()
    {
        using var folder = new TemporaryFolder();
        using (ImageClassificationTransformer model = _trainer.Fit(_data))
            _mlContext.Model.Save(model, _data.Schema, folder["model.zip"]);

        Refuses(_mlContext.Model.Load(folder["model.zip"], out _));
    }

    private void Refuses(ITransformer model)
    {
        using var stream = new MemoryStream();

        string message = Assert.ThrowsExactly<NotSupportedException>(() => _mlContext.Model.ConvertToOnnx(model, _data, stream)).Message;

        StringAssert.Contains(message, "cannot be converted to ONNX");
        StringAssert.Contains(message, "SaveWeights");
        Assert.AreEqual(0, stream.Length);
    }
}
