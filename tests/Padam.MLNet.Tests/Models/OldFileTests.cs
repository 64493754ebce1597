using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Models;

/// <summary>
/// Files that versions before wrote (formats 1 and 2), most of <see cref="TinyImages"/>: they load, and do what they did.
/// </summary>
[TestClass]
public sealed class OldFileTests
{
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _warnings = [];
    private IDataView _train = null!,
        _test = null!;

    [TestInitialize]
    public void Load()
    {
        (_train, _test) = TinyImages.Load(_mlContext, _folder["data"], test: 20);
        _mlContext.Log += (_, entry) =>
        {
            if (entry.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning)
                _warnings.Add(entry.RawMessage);
        };
    }

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    public void A_model_scores_as_it_did()
    {
        float[][] expected = JsonSerializer.Deserialize<float[][]>(File.ReadAllText(OldFile("model-format1-scores.json")))!;

        ModelReport report = ModelFile.Verify(OldFile("model-format1.zip"));
        ITransformer model = _mlContext.Model.Load(OldFile("model-format1.zip"), out _);

        Assert.AreEqual("tiny", report.Backbone);
        TinyImages.AreClose(expected, TinyImages.Scores(_mlContext, model, _test), 1e-5f);
    }

    [TestMethod]
    public void A_model_that_does_not_say_how_pictures_became_pixels_stretched_them_unturned_on_black()
    {
        using ImageClassificationTransformer model = Model();

        Assert.IsFalse(model.Preprocessing.ExifOrientation);
        Assert.AreEqual(new ImagePreprocessing().BackgroundColor, model.Preprocessing.BackgroundColor);
        Pictures.WritePlain(_folder["wide.png"], SkiaSharp.SKColors.Orange, width: 70, height: 30);
        Pictures.WritePlain(_folder["right.png"], SkiaSharp.SKColors.Orange);
        IReadOnlyList<float[]> scores = TinyImages.Scores(
            _mlContext,
            model,
            _mlContext.Padam().LoadImages([_folder["wide.png"], _folder["right.png"]], "Features", model.Preprocessing)
        );
        CollectionAssert.AreEqual(scores[1], scores[0]);
    }

    [TestMethod]
    public void A_model_that_left_resizing_to_SkiaSharp_still_does()
    {
        float[][] expected = JsonSerializer.Deserialize<float[][]>(File.ReadAllText(OldFile("model-format2-scores.json")))!;
        Pictures.WriteClasses(_folder["set"], ["cat", "dog", "eel"], each: 6, 45, 70);
        using ImageClassificationTransformer model = ImageClassificationTransformer.Find(
            _mlContext.Model.Load(OldFile("model-format2.zip"), out _)
        );

        IDataView pictures = _mlContext.Padam().LoadImageFolder(_folder["set"], model.ClassNames, model.Preprocessing);

        TinyImages.AreClose(expected, TinyImages.Scores(_mlContext, model, pictures), 1e-5f);
        Assert.AreNotEqual(new ImagePreprocessing(), model.Preprocessing, "a training with its Preprocessing goes on as it did");
    }

    [TestMethod]
    public void A_checkpoint_of_before_goes_on_with_pictures_resized_as_they_were()
    {
        Pictures.WriteClasses(_folder["set"], ["cat", "dog"], each: 8, 45, 70);
        IDataView pictures = _mlContext.Padam().LoadImageFolder(_folder["set"]);
        ImageClassificationOptions options = TinyImages.Options(epochs: 2);
        (options.FeatureColumnName, options.ImageSize, options.BatchSize) = ("Image", new(32, 32), 8);
        options.Preprocessing = new() { ResizedBySkia = true };
        string whole = TinyImages.TrainedHash(_mlContext, options, pictures);
        using var source = new CancellationTokenSource();
        (options.CheckpointFolder, options.CancellationToken) = (_folder["skia"], source.Token);
        options.ProgressCallback = _ => source.Cancel();
        Assert.Throws<OperationCanceledException>(() => _mlContext.Padam().ImageClassifier(options).Fit(pictures));

        (options.Preprocessing, options.Resume, options.CancellationToken, options.ProgressCallback) = (new(), true, default, null);
        using ImageClassificationTransformer resumed = _mlContext.Padam().ImageClassifier(options).Fit(pictures);

        Assert.AreEqual(whole, TinyImages.Hash(resumed));
        Assert.IsTrue(resumed.Preprocessing.ResizedBySkia);
    }

    [TestMethod]
    public void A_model_that_does_not_say_its_kind_of_pixels_takes_all_with_a_warning()
    {
        using ImageClassificationTransformer model = Model();
        IDataView singles = Rows.View(_mlContext, Rows.Singles(Rows.Of(20, seed: 2)));

        TinyImages.AreClose(TinyImages.Scores(_mlContext, model, _test), TinyImages.Scores(_mlContext, model, singles), 1e-4f);
        StringAssert.Contains(_warnings.Single(), "0 to 255 or scaled");
    }

    [TestMethod]
    public void A_model_that_does_not_say_its_label_column_takes_any()
    {
        using ImageClassificationTransformer model = Model();
        IDataView other = Rows.View(_mlContext, Rows.Of(10), values: TinyImages.Names.Reverse().ToArray());

        Assert.HasCount(10, model.Transform(other).GetColumn<float[]>("Score").ToArray());
    }

    [TestMethod]
    public void A_model_saved_anew_has_the_new_format_and_the_same_answers()
    {
        using ImageClassificationTransformer model = Model();
        _mlContext.Model.Save(model, null, _folder["again.zip"]);

        using ImageClassificationTransformer again = ImageClassificationTransformer.Find(
            _mlContext.Model.Load(_folder["again.zip"], out _)
        );

        Assert.AreEqual(model.Preprocessing, again.Preprocessing);
        TinyImages.AreSame(TinyImages.Scores(_mlContext, model, _test), TinyImages.Scores(_mlContext, again, _test));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    public void A_checkpoint_in_mid_epoch_goes_on_to_where_the_old_version_ended(int format)
    {
        Directory.CreateDirectory(_folder["checkpoint"]);
        File.Copy(OldFile($"checkpoint-format{format}.zip"), _folder["checkpoint/checkpoint.zip"]);
        List<int> epochs = [];
        ImageClassificationOptions options = Interrupted();
        options.MetricsCallback = metrics => epochs.Add(metrics.Epoch);
        using (ImageClassificationTransformer model = _mlContext.Padam().ImageClassifier(options).Fit(_train))
            model.SaveWeights(_folder["end.safetensors"], WeightsFormat.Safetensors);

        CollectionAssert.AreEqual(new[] { 2, 3, 4 }, epochs);
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> expected = MLNet
            .Persistence.Safetensors.Read(OldFile($"checkpoint-format{format}-end.safetensors"))
            .ToDictionary(entry => entry.Name, entry => entry.Tensor);
        foreach ((string name, Tensor tensor) in MLNet.Persistence.Safetensors.Read(_folder["end.safetensors"]))
            Assert.IsTrue(tensor.allclose(expected[name], rtol: 1e-3, atol: 1e-4), name);
    }

    [TestMethod]
    public void An_old_checkpoint_cancelled_and_resumed_again_keeps_its_own_split()
    {
        Directory.CreateDirectory(_folder["checkpoint"]);
        File.Copy(OldFile("checkpoint-format1.zip"), _folder["checkpoint/checkpoint.zip"]);
        using var cancel = new CancellationTokenSource();
        ImageClassificationOptions options = Interrupted();
        (options.CancellationToken, options.ProgressCallback) = (cancel.Token, _ => cancel.Cancel());
        Assert.ThrowsExactly<OperationCanceledException>(() => _mlContext.Padam().ImageClassifier(options).Fit(_train));

        using ImageClassificationTransformer model = _mlContext.Padam().ImageClassifier(Interrupted()).Fit(_train);

        Assert.IsGreaterThan(0, model.Epoch);
    }

    // As the old program was told.
    private ImageClassificationOptions Interrupted()
    {
        ImageClassificationOptions options = TinyImages.Options(epochs: 4);
        options.Optimizer = new PadamOptions { LearningRate = 0.05, Partial = 0.25 };
        options.ValidationFraction = 0.2;
        options.RestoreBestWeights = true;
        options.EarlyStopping = new(ValidationMetric.Loss, Patience: 3, MinimumImprovement: 0.001);
        options.CheckpointFolder = _folder["checkpoint"];
        options.Resume = true;
        return options;
    }

    private ImageClassificationTransformer Model() =>
        ImageClassificationTransformer.Find(_mlContext.Model.Load(OldFile("model-format1.zip"), out _));

    private static string OldFile(string name) => Path.Combine(AppContext.BaseDirectory, "Models", "OldFiles", name);
}
