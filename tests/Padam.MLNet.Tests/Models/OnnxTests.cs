using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.Transforms;
using Microsoft.ML.Transforms.Image;
using Onnx;
using Padam.MLNet.Backbones;

namespace Padam.MLNet.Tests.Models;

/// <summary>
/// ML.NET's converter makes ONNX of pipelines with a network of ours in them, and ML.NET's own scorer of ONNX files reads them back.
/// </summary>
[TestClass]
[DoNotParallelize] // Torch's generator is the process's.
public sealed class OnnxTests : IDisposable
{
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly TemporaryFolder _folder = new();
    private readonly IDataView _data;
    private readonly ImageClassificationTrainer _trainer;

    public OnnxTests()
    {
        _data = Rows.View(_mlContext, Rows.Of(20), values: TinyImages.Names);
        _trainer = _mlContext.Padam().ImageClassifier(TinyImages.Options(epochs: 1));
    }

    private string File => _folder["model.onnx"];

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void The_READMEs_pipeline_is_converted_and_answers_the_same()
    {
        (IDataView train, IDataView test) = TinyImages.Load(_mlContext, _folder["data"], train: 60, test: 24);
        var pipeline = _mlContext
            .Padam()
            .ImageClassifier(backbone: Backbone.Parse("vgg-small"), epochs: 2, batchSize: 16)
            .Append(_mlContext.Transforms.Conversion.MapKeyToValue("PredictedClass", "PredictedLabel"));
        var model = pipeline.Fit(train);

        Convert(model, test, "Score", "PredictedLabel", "PredictedClass");

        AnswersAreTheSame(model, test);
        string[] expected = [.. model.Transform(test).GetColumn<string>("PredictedClass")];
        var read = Applied(test, "PredictedClass").GetColumn<VBuffer<ReadOnlyMemory<char>>>("PredictedClass");
        CollectionAssert.AreEqual(expected, read.Select(one => one.GetItemOrDefault(0).ToString()).ToArray());
    }

    [TestMethod]
    public void All_columns_are_taken_over_where_none_is_named()
    {
        using ImageClassificationTransformer model = _trainer.Fit(_data);

        Convert(model, _data);

        using var session = new InferenceSession(File);
        CollectionAssert.IsSubsetOf(
            new[] { "Label.output", "Features.output", "PredictedLabel.output", "Score.output" },
            session.OutputMetadata.Keys.ToArray()
        );
        AnswersAreTheSame(model, _data);
    }

    [TestMethod]
    public void A_pipeline_with_steps_before_and_after_it_is_converted()
    {
        var pipeline = _mlContext
            .Transforms.Conversion.ConvertType("Features", outputKind: DataKind.Single)
            .Append(_trainer)
            .Append(_mlContext.Transforms.CopyColumns("Copy", "Score"));
        ITransformer model = pipeline.Fit(_data);

        Convert(model, _data);

        AnswersAreTheSame(model, _data);
        TinyImages.AreSame(Vectors(Applied(_data, "Score"), "Score"), Vectors(Applied(_data, "Copy"), "Copy"));
    }

    [TestMethod]
    public void A_model_that_was_loaded_is_converted_to_the_same_bytes()
    {
        using (ImageClassificationTransformer model = _trainer.Fit(_data))
        {
            _mlContext.Model.Save(model, _data.Schema, _folder["model.zip"]);
            Convert(model, _data);
        }

        byte[] first = System.IO.File.ReadAllBytes(File);

        Convert(_mlContext.Model.Load(_folder["model.zip"], out _), _data);

        CollectionAssert.AreEqual(first, System.IO.File.ReadAllBytes(File));
    }

    [TestMethod]
    [DataRow("airbench94", 9)]
    [DataRow("airbench94", 12)]
    [DataRow("wrn-10-1", 9)]
    public void The_oldest_and_the_newest_operator_set_of_the_converter_are_served(string backbone, int operatorSet)
    {
        using var model = MadeUpModel.Of(_mlContext, Backbone.Parse(backbone), new(32, 32), views: TestTimeAugmentation.MirrorAndShift);
        using (FileStream stream = System.IO.File.Create(File))
            _mlContext.Model.ConvertToOnnx(model, _data, operatorSet, stream);

        ModelProto file = ModelProto.Parser.ParseFrom(System.IO.File.ReadAllBytes(File));
        Assert.AreEqual(operatorSet, file.OpsetImport.Single(import => import.Domain.Length == 0).Version);
        AnswersAreTheSame(model, _data);
    }

    [TestMethod]
    public void Two_classifiers_in_one_pipeline_are_converted()
    {
        ImageClassificationOptions second = TinyImages.Options(epochs: 1, seed: 8);
        (second.ScoreColumnName, second.PredictedLabelColumnName) = ("Score2", "PredictedLabel2");
        var model = _trainer.Append(_mlContext.Padam().ImageClassifier(second)).Fit(_data);

        Convert(model, _data);

        AnswersAreTheSame(model, _data);
        TinyImages.AreClose(Vectors(model.Transform(_data), "Score2"), Vectors(Applied(_data, "Score2"), "Score2"), 1e-5f);
    }

    [TestMethod]
    public void A_featurizer_before_ML_NETs_own_trainer_is_converted()
    {
        var pipeline = MadeUpModel
            .Featurizer(_mlContext, _folder["weights.safetensors"])
            .Append(
                _mlContext.MulticlassClassification.Trainers.SdcaMaximumEntropy(featureColumnName: "Vector", maximumNumberOfIterations: 5)
            );
        ITransformer model = pipeline.Fit(_data);

        Convert(model, _data);

        AnswersAreTheSame(model, _data);
    }

    [TestMethod]
    public void MLImages_are_refused_by_name_and_nothing_is_written()
    {
        using ImageClassificationTransformer model = _trainer.Fit(_data);
        using MLImage image = Rows.Image(Rows.Of(1)[0].Features);

        string message = Refused(model, Rows.View(_mlContext, [new ImageRow { Features = image }]));

        StringAssert.Contains(message, "Column 'Features' holds MLImages");
        StringAssert.Contains(message, "SaveOnnx(path)");
    }

    [TestMethod]
    public void Image_files_as_bytes_are_refused_by_name()
    {
        using ImageClassificationTransformer model = _trainer.Fit(_data);
        IDataView files = _mlContext.Data.LoadFromEnumerable([new Row<uint, byte[]> { Features = [1, 2, 3] }]);

        StringAssert.Contains(Refused(model, files), "Column 'Features' holds image files");
    }

    [TestMethod]
    public void MLImages_that_a_pipeline_begins_with_are_refused_by_their_name()
    {
        using ImageClassificationTransformer model = _trainer.Fit(_data);
        IDataView images = _mlContext.Data.LoadFromEnumerable(Array.Empty<Photograph>());
        var pixels = _mlContext.Transforms.ExtractPixels("Features", "Photo", interleavePixelColors: false, outputAsFloatArray: false);

        StringAssert.Contains(Refused(pixels.Fit(images).Append(model), images), "Column 'Photo' holds MLImages");
    }

    [TestMethod]
    public void A_step_before_that_ML_NET_cannot_convert_is_told_by_the_column_it_makes()
    {
        using ImageClassificationTransformer model = _trainer.Fit(_data);
        IDataView paths = _mlContext.Data.LoadFromEnumerable(Array.Empty<PathOfImage>());
        var pixels = _mlContext
            .Transforms.LoadImages("Photo", _folder.Path, "Path")
            .Append(_mlContext.Transforms.ResizeImages("Photo", TinyImages.Side, TinyImages.Side))
            .Append(_mlContext.Transforms.ExtractPixels("Features", "Photo", interleavePixelColors: false, outputAsFloatArray: false));

        StringAssert.Contains(Refused(pixels.Fit(paths).Append(model), paths), "a step that makes column 'Features'");
    }

    [TestMethod]
    public void A_step_that_cannot_be_converted_and_makes_a_column_of_the_same_name_is_not_passed_over_in_silence()
    {
        using ImageClassificationTransformer model = _trainer.Fit(_data);
        var inverted = Inverted();
        IDataView data = FourImages();

        StringAssert.Contains(Refused(inverted.Fit(data).Append(model), data), "a step that makes column 'Features'");
        IDataView some = _mlContext.Data.TakeRows(data, 3);
        Convert(model, some);
        AnswersAreTheSame(model, some);
    }

    [TestMethod]
    public void What_the_refusal_advises_is_converted()
    {
        using ImageClassificationTransformer model = _trainer.Fit(_data);
        IDataView data = FourImages(),
            cached = _mlContext.Data.Cache(Inverted().Append(_mlContext.Transforms.SelectColumns("Features")).Fit(data).Transform(data));

        Convert(model, cached);

        AnswersAreTheSame(model, cached);
    }

    [TestMethod]
    public void A_network_whose_modules_are_not_known_is_refused_by_the_modules_name()
    {
        NoisyNetwork.Register();
        using var model = MadeUpModel.Of(_mlContext, Backbone.Parse("noisy"), new(32, 32));

        StringAssert.Contains(Refused(model, _data), "of the type NoisyNetwork");
    }

    private CustomMappingEstimator<Pixels, Pixels> Inverted() =>
        _mlContext.Transforms.CustomMapping<Pixels, Pixels>(
            (from, to) => to.Features = [.. from.Features.Select(value => (byte)(255 - value))],
            contractName: null
        );

    private IDataView FourImages() => _mlContext.Data.LoadFromEnumerable(Rows.Of(4).Select(row => new Pixels { Features = row.Features }));

    private string Refused(ITransformer model, IDataView data)
    {
        using var stream = new MemoryStream();
        string message = Assert.ThrowsExactly<NotSupportedException>(() => _mlContext.Model.ConvertToOnnx(model, data, stream)).Message;
        Assert.AreEqual(0, stream.Length);
        return message;
    }

    private void Convert(ITransformer model, IDataView data, params string[] columns)
    {
        using FileStream stream = System.IO.File.Create(File);
        if (columns.Length == 0)
            _mlContext.Model.ConvertToOnnx(model, data, stream);
        else
            _mlContext.Model.ConvertToOnnx(model, data, stream, columns);
    }

    private void AnswersAreTheSame(ITransformer model, IDataView data)
    {
        IDataView ours = model.Transform(data),
            read = Applied(data, "Score", "PredictedLabel");
        TinyImages.AreClose(Vectors(ours, "Score"), Vectors(read, "Score"), 1e-5f);
        CollectionAssert.AreEqual(
            ours.GetColumn<uint>("PredictedLabel").ToArray(),
            read.GetColumn<VBuffer<uint>>("PredictedLabel").Select(key => key.GetItemOrDefault(0)).ToArray()
        );
    }

    // ML.NET calls a column's value in the graph NAME.output, and the column that it reads of it NAME again.
    private IDataView Applied(IDataView data, params string[] columns)
    {
        using var session = new InferenceSession(File);
        string[] outputs = [.. columns.Select(column => $"{column}.output")];
        return _mlContext.Transforms.ApplyOnnxModel(outputs, [.. session.InputMetadata.Keys], File).Fit(data).Transform(data);
    }

    private static float[][] Vectors(IDataView view, string column) => [.. view.GetColumn<float[]>(column)];

    private sealed class Photograph
    {
        [ImageType(TinyImages.Side, TinyImages.Side)]
        public MLImage Photo { get; set; } = null!;
    }

    private sealed class PathOfImage
    {
        public string Path { get; set; } = "";
    }

    private sealed class Pixels
    {
        [VectorType(3, TinyImages.Side, TinyImages.Side)]
        public byte[] Features { get; set; } = [];
    }
}
