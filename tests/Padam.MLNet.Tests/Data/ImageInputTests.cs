using Microsoft.ML;
using Microsoft.ML.Data;

namespace Padam.MLNet.Tests.Data;

[TestClass]
public sealed class ImageInputTests
{
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly Row<uint, byte[]>[] _rows = Rows.Of(60);

    private IDataView Bytes => Rows.View(_mlContext, _rows);

    [TestMethod]
    public void MLImages_train_and_score_as_bytes_do_to_the_last_bit()
    {
        using ImageClassificationTransformer ofBytes = Fit(Bytes),
            ofImages = Fit(Images());

        Assert.AreEqual(TinyImages.Hash(ofBytes), TinyImages.Hash(ofImages));
        TinyImages.AreSame(Scores(ofBytes, Bytes), Scores(ofBytes, Images()));
    }

    [TestMethod]
    public void Singles_train_and_score_as_bytes_do_but_for_rounding()
    {
        using ImageClassificationTransformer ofBytes = Fit(Bytes),
            ofSingles = Fit(Singles());

        TinyImages.AreClose(Scores(ofBytes, Bytes), Scores(ofSingles, Singles()), 1e-3f);
    }

    [TestMethod]
    public void PixelScale_says_which_single_is_white()
    {
        ImageClassificationOptions options = TinyImages.Options();
        options.PixelScale = 1;
        IDataView scaled = Rows.View(_mlContext, Rows.Singles(_rows, 1 / 255f));
        using ImageClassificationTransformer ofBytes = Fit(Bytes),
            ofScaled = Fit(scaled, options);

        TinyImages.AreClose(Scores(ofBytes, Bytes), Scores(ofScaled, scaled), 1e-3f);
    }

    [TestMethod]
    public void ML_NETs_own_image_pipeline_feeds_the_trainer()
    {
        using var folder = new TemporaryFolder();
        foreach ((Row<uint, byte[]> row, int i) in _rows.Select((row, i) => (row, i)))
            Rows.Image(row.Features).Save(folder[$"{i}.png"]);
        var schema = SchemaDefinition.Create(typeof(File));
        schema["Label"].ColumnType = new KeyDataViewType(typeof(uint), 10);
        IDataView files = _mlContext.Data.LoadFromEnumerable(
            _rows.Select((row, i) => new File { Label = row.Label, Path = $"{i}.png" }),
            schema
        );
        var pipeline = _mlContext
            .Transforms.LoadImages("Picture", folder.Path, nameof(File.Path))
            .Append(_mlContext.Transforms.ResizeImages("Picture", 32, 32))
            .Append(_mlContext.Transforms.ExtractPixels("Features", "Picture", interleavePixelColors: false))
            .Append(_mlContext.Padam().ImageClassifier(TinyImages.Options()));
        using ImageClassificationTransformer ofBytes = Fit(Bytes);

        ITransformer chain = pipeline.Fit(files);

        TinyImages.AreClose(Scores(ofBytes, Bytes), Scores(chain, files), 1e-3f);
    }

    [TestMethod]
    public void Singles_are_taken_as_they_are_never_rounded_nor_clipped()
    {
        using ImageClassificationTransformer model = Fit(Singles());
        float[][] Shifted(float by) =>
            [
                .. Scores(
                    model,
                    Rows.View(
                        _mlContext,
                        Rows.Singles(_rows[..1])
                            .Select(row => new Row<uint, float[]> { Label = 1, Features = [.. row.Features.Select(v => v + by)] })
                    )
                ),
            ];

        float[][] distinct = [.. Shifted(0), .. Shifted(0.2f), .. Shifted(0.4f), .. Shifted(-20), .. Shifted(20), .. Shifted(40)];

        for (int i = 1; i < distinct.Length; i++)
            CollectionAssert.AreNotEqual(distinct[i - 1], distinct[i]);
    }

    [TestMethod]
    public void Rgba_and_bgra_images_are_told_apart_and_transparency_is_dropped()
    {
        using ImageClassificationTransformer model = Fit(Bytes);
        IReadOnlyList<float[]> expected = Scores(model, Bytes);

        TinyImages.AreSame(expected, Scores(model, Images(MLPixelFormat.Rgba32)));
        TinyImages.AreSame(expected, Scores(model, Images(MLPixelFormat.Rgba32, alpha: 100)));
        TinyImages.AreSame(expected, Scores(model, Images(MLPixelFormat.Bgra32, alpha: 0)));
    }

    [TestMethod]
    public void ImageSize_resizes_images_of_any_size()
    {
        ImageClassificationOptions options = TinyImages.Options();
        options.ImageSize = new(32, 32);
        using ImageClassificationTransformer model = Fit(Images(), options);
        byte[] plain = [.. Enumerable.Repeat<byte>(200, 1024), .. Enumerable.Repeat<byte>(30, 1024), .. Enumerable.Repeat<byte>(90, 1024)];
        byte[] larger = [.. Enumerable.Repeat<byte>(200, 2000), .. Enumerable.Repeat<byte>(30, 2000), .. Enumerable.Repeat<byte>(90, 2000)];
        IDataView View(params MLImage[] images) =>
            Rows.View(_mlContext, images.Select(image => new ImageRow { Label = 1, Features = image }));

        float[] expected = Scores(model, View(Rows.Image(plain)))[0];
        IReadOnlyList<float[]> resized = Scores(
            model,
            View(
                Rows.Image(larger, 50, 40),
                Rows.Image(larger, 40, 50, MLPixelFormat.Rgba32),
                Rows.Image(larger, 1, 2000),
                Rows.Image(larger, 50, 40, alpha: 0),
                Rows.Image([200, 30, 90], 1, 1)
            )
        );

        TinyImages.AreClose([.. Enumerable.Repeat(expected, 5)], resized, 1e-6f);
    }

    [TestMethod]
    public void Images_of_different_sizes_without_ImageSize_are_refused_by_row()
    {
        IDataView mixed = Rows.View(
            _mlContext,
            _rows.Select(
                (row, i) =>
                    new ImageRow
                    {
                        Label = row.Label,
                        Features = i == 7 ? Rows.Image(row.Features[..1536], 16, 32) : Rows.Image(row.Features),
                    }
            )
        );

        var error = Assert.ThrowsExactly<InvalidDataException>(() => Fit(mixed));

        StringAssert.Contains(error.Message, "row 7");
        StringAssert.Contains(error.Message, "16x32");
        StringAssert.Contains(error.Message, "ResizeImages");
    }

    [TestMethod]
    public void Images_in_memory_stay_their_owners()
    {
        ImageRow[] images = [.. _rows.Select(row => new ImageRow { Label = row.Label, Features = Rows.Image(row.Features) })];
        IDataView view = Rows.View(_mlContext, images);

        using ImageClassificationTransformer first = Fit(view),
            second = Fit(view);

        Assert.AreEqual(TinyImages.Hash(first), TinyImages.Hash(second));
        TinyImages.AreSame(Scores(first, view), Scores(first, view));
        using var engine = _mlContext.Model.CreatePredictionEngine<ImageRow, TinyImages.Scored>(first);
        CollectionAssert.AreEqual(engine.Predict(images[0]).Score, engine.Predict(images[0]).Score);
        Assert.AreEqual(32, images[0].Features.Width);
    }

    [TestMethod]
    public void A_pixel_that_is_no_number_is_refused_by_row()
    {
        Row<uint, float[]>[] rows = [.. Rows.Singles(_rows)];
        rows[5].Features[17] = float.NaN;

        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => Fit(Rows.View(_mlContext, rows))).Message, "row 5");
    }

    [TestMethod]
    public void A_picture_that_is_no_number_gets_no_class_and_spoils_no_other()
    {
        using ImageClassificationTransformer model = Fit(Singles());
        Row<uint, float[]>[] rows = [.. Rows.Singles(_rows)];
        IReadOnlyList<float[]> expected = Scores(model, Rows.View(_mlContext, rows));
        rows[5].Features[17] = float.NaN;
        IDataView scored = model.Transform(Rows.View(_mlContext, rows));

        uint[] predicted = [.. scored.GetColumn<uint>("PredictedLabel")];
        float[][] scores = [.. scored.GetColumn<float[]>("Score")];

        Assert.AreEqual(0u, predicted[5], "0 is ML.NET's missing key");
        Assert.HasCount(1, predicted.Where(key => key == 0).ToArray());
        for (int i = 0; i < scores.Length; i++)
        {
            if (i != 5)
                CollectionAssert.AreEqual(expected[i], scores[i]);
        }
    }

    [TestMethod]
    [DataRow(new[] { 32, 32, 3 }, DisplayName = "interleaved")]
    [DataRow(new[] { 3072 }, DisplayName = "flat")]
    public void Vectors_that_are_not_three_planes_are_refused_with_the_remedy(int[] dimensions)
    {
        IDataView data = Rows.View(_mlContext, Rows.Singles(_rows), dimensions: dimensions);

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Fit(data));

        StringAssert.Contains(error.Message, "interleavePixelColors: false");
        StringAssert.Contains(error.Message, "'Features'");
    }

    [TestMethod]
    public void A_wrong_column_is_refused_before_any_earlier_step_is_fitted()
    {
        IDataView named = Rows.View(_mlContext, _rows, values: TinyImages.Names);
        IDataView data = _mlContext.Transforms.Conversion.MapKeyToValue("Text", "Label").Fit(named).Transform(named);
        string Refusal(string label, string feature)
        {
            bool fitted = false;
            var pipeline = _mlContext
                .Transforms.Conversion.MapValueToKey("Other", "Text")
                .WithOnFitDelegate(_ => fitted = true)
                .Append(_mlContext.Padam().ImageClassifier(label, feature, backbone: TinyImages.Backbone, epochs: 1));
            string message = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => pipeline.Fit(data)).Message;
            Assert.IsFalse(fitted);
            return message;
        }

        StringAssert.Contains(Refusal("Lable", "Features"), "Label column 'Lable' is not in the data, which has: Label, Features, Text");
        StringAssert.Contains(Refusal("Label", "Image"), "Feature column 'Image' is not in the data");
        StringAssert.Contains(Refusal("Text", "Features"), "MapValueToKey(\"Text\")");
        StringAssert.Contains(Refusal("Label", "Text"), "Feature column 'Text'");
    }

    [TestMethod]
    public void A_model_refuses_images_of_another_size_before_scoring()
    {
        using ImageClassificationTransformer model = Fit(Bytes);
        IDataView small = Rows.View(
            _mlContext,
            _rows.Select(row => new Row<uint, byte[]> { Label = 1, Features = row.Features[..(3 * 256)] }),
            dimensions: [3, 16, 16]
        );

        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => model.Transform(small)).Message,
            "16x16 (height x width); the model was trained on 32x32"
        );
    }

    private IDataView Images(MLPixelFormat format = MLPixelFormat.Bgra32, byte alpha = 255) =>
        Rows.View(
            _mlContext,
            _rows.Select(row => new ImageRow { Label = row.Label, Features = Rows.Image(row.Features, format: format, alpha: alpha) })
        );

    private IDataView Singles() => Rows.View(_mlContext, Rows.Singles(_rows));

    private ImageClassificationTransformer Fit(IDataView data, ImageClassificationOptions? options = null) =>
        _mlContext.Padam().ImageClassifier(options ?? TinyImages.Options()).Fit(data);

    private IReadOnlyList<float[]> Scores(ITransformer model, IDataView data) => TinyImages.Scores(_mlContext, model, data);

    private sealed class File
    {
        public uint Label { get; set; }

        public string Path { get; set; } = "";
    }
}
