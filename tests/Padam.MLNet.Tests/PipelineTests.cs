using Microsoft.ML;
using Microsoft.ML.Data;

namespace Padam.MLNet.Tests;

[TestClass]
public sealed class PipelineTests
{
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly TemporaryFolder _folder = new();
    private IDataView _train = null!,
        _test = null!;

    [TestInitialize]
    public void Load() => (_train, _test) = TinyImages.Load(_mlContext, _folder.Path);

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    public void A_trained_model_evaluates_with_ML_NETs_own_metrics_and_class_names()
    {
        using ImageClassificationTransformer model = _mlContext.Padam().ImageClassifier(TinyImages.Options(epochs: 8)).Fit(_train);

        MulticlassClassificationMetrics metrics = _mlContext.MulticlassClassification.Evaluate(
            model.Transform(_test),
            topKPredictionCount: 5
        );

        Assert.IsGreaterThan(0.9, metrics.MicroAccuracy);
        Assert.IsGreaterThanOrEqualTo(metrics.MicroAccuracy, metrics.TopKAccuracy);
        Assert.HasCount(10, metrics.ConfusionMatrix.Counts);
        CollectionAssert.AreEqual(TinyImages.Names, model.ClassNames!.ToArray());
    }

    [TestMethod]
    public void The_predicted_label_maps_back_to_the_class_name()
    {
        var pipeline = _mlContext
            .Padam()
            .ImageClassifier(TinyImages.Options(epochs: 8))
            .Append(_mlContext.Transforms.Conversion.MapKeyToValue("Name", "PredictedLabel"))
            .Append(_mlContext.Transforms.Conversion.MapKeyToValue("True", "Label"));

        IDataView scored = pipeline.Fit(_train).Transform(_test);

        string[] names = [.. scored.GetColumn<string>("Name")],
            truth = [.. scored.GetColumn<string>("True")];
        Assert.IsGreaterThan(90, names.Zip(truth).Count(pair => pair.First == pair.Second));
        VBuffer<ReadOnlyMemory<char>> slots = default;
        scored.Schema["Score"].GetSlotNames(ref slots);
        CollectionAssert.AreEqual(TinyImages.Names, slots.DenseValues().Select(slot => slot.ToString()).ToArray());
    }

    [TestMethod]
    public void Cross_validation_trains_and_evaluates_each_fold()
    {
        var folds = _mlContext.MulticlassClassification.CrossValidate(
            _train,
            _mlContext.Padam().ImageClassifier(TinyImages.Options(epochs: 8)),
            numberOfFolds: 2
        );

        Assert.HasCount(2, folds);
        foreach (var fold in folds)
            Assert.IsGreaterThan(0.7, fold.Metrics.MicroAccuracy);
    }

    [TestMethod]
    public void A_prediction_engine_scores_each_row_as_the_batched_cursor_does()
    {
        using ImageClassificationTransformer model = _mlContext.Padam().ImageClassifier(TinyImages.Options()).Fit(_train);
        var input = SchemaDefinition.Create(typeof(Image));
        input[nameof(Image.Features)].ColumnType = _test.Schema["Features"].Type;
        using var engine = _mlContext.Model.CreatePredictionEngine<Image, TinyImages.Scored>(
            model,
            ignoreMissingColumns: true,
            inputSchemaDefinition: input
        );

        IReadOnlyList<float[]> batched = TinyImages.Scores(_mlContext, model, _test);
        float[][] single =
        [
            .. _mlContext
                .Data.CreateEnumerable<Image>(_test, reuseRowObject: false, ignoreMissingColumns: true)
                .Select(image => engine.Predict(image).Score),
        ];

        Assert.HasCount(batched.Count, single);
        for (int i = 0; i < single.Length; i++)
        {
            for (int c = 0; c < 10; c++)
                Assert.AreEqual(batched[i][c], single[i][c], 1e-5f);
        }
    }

    [TestMethod]
    public void Other_columns_stay_with_their_rows_when_rows_before_the_scorer_are_dropped()
    {
        using ImageClassificationTransformer model = _mlContext.Padam().ImageClassifier(TinyImages.Options(epochs: 8)).Fit(_train);
        IDataView some = _mlContext.Data.SkipRows(_mlContext.Data.TakeRows(_test, 77), 13);

        uint[] labels = [.. model.Transform(some).GetColumn<uint>("Label")],
            predicted = [.. model.Transform(some).GetColumn<uint>("PredictedLabel")];

        Assert.HasCount(64, labels);
        Assert.IsGreaterThan(56, labels.Zip(predicted).Count(pair => pair.First == pair.Second));
    }

    [TestMethod]
    public void Score_alone_can_be_read_without_the_label()
    {
        using ImageClassificationTransformer model = _mlContext.Padam().ImageClassifier(TinyImages.Options()).Fit(_train);
        IDataView unlabelled = _mlContext.Transforms.DropColumns("Label").Fit(_test).Transform(_test);

        foreach (float[] score in TinyImages.Scores(_mlContext, model, unlabelled))
            Assert.AreEqual(1, score.Sum(), 1e-5);
    }

    [TestMethod]
    public void The_output_schema_is_promised_before_training_as_it_comes_after_it()
    {
        var trainer = _mlContext.Padam().ImageClassifier(TinyImages.Options(epochs: 1));
        using ImageClassificationTransformer model = trainer.Fit(_train);

        DataViewSchema schema = model.GetOutputSchema(_train.Schema);

        CollectionAssert.AreEqual(new[] { "Label", "Features", "PredictedLabel", "Score" }, schema.Select(column => column.Name).ToArray());
        Assert.AreEqual("Key<UInt32, 0-9>", schema["PredictedLabel"].Type.ToString());
        Assert.AreEqual("Vector<Single, 10>", schema["Score"].Type.ToString());
        // Appending an estimator that needs the annotations checks the promise: it fails where they are not promised.
        Assert.IsNotNull(trainer.Append(_mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel")).Fit(_train));
    }

    private sealed class Image
    {
        public byte[] Features { get; set; } = [];
    }
}
