using Microsoft.ML;
using Microsoft.ML.Data;

namespace Padam.MLNet.Tests.Data;

/// <summary>
/// White is 255 in bytes and MLImages and whatever PixelScale says in singles: a model of one kind takes no other, and names the way to it.
/// </summary>
[TestClass]
public sealed class PixelKindTests
{
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly Row<uint, byte[]>[] _rows = Rows.Of(60);

    private IDataView Bytes => Rows.View(_mlContext, _rows);

    private IDataView Images =>
        Rows.View(_mlContext, _rows.Select(row => new ImageRow { Label = row.Label, Features = Rows.Image(row.Features) }));

    [TestMethod]
    [DataRow(1 / 255f, DisplayName = "of 0 to 1")]
    [DataRow(1f, DisplayName = "of 0 to 255")]
    public void A_model_of_bytes_refuses_singles(float scale)
    {
        using ImageClassificationTransformer model = Fit(Bytes);
        IDataView singles = Rows.View(_mlContext, Rows.Singles(_rows, scale));

        StringAssert.Contains(Refusal(() => model.Transform(singles)), "outputAsFloatArray: false");
        Refusal(() => model.GetOutputSchema(singles.Schema));
        Refusal(() => ((ITransformer)model).GetRowToRowMapper(singles.Schema));
    }

    [TestMethod]
    public void The_way_from_an_image_to_bytes_that_is_named_leads_to_the_same_scores()
    {
        using ImageClassificationTransformer model = Fit(Bytes);
        IDataView images = Images;
        IDataView extracted = _mlContext
            .Transforms.ExtractPixels("Features", interleavePixelColors: false, outputAsFloatArray: false)
            .Fit(images)
            .Transform(images);

        TinyImages.AreSame(Scores(model, Bytes), Scores(model, extracted));
    }

    [TestMethod]
    [DataRow(255)]
    [DataRow(1)]
    public void A_model_of_singles_refuses_bytes_and_images_and_the_ways_it_names_lead_to_the_same_scores(double white)
    {
        float scale = (float)(white / 255);
        IDataView singles = Rows.View(_mlContext, Rows.Singles(_rows, scale));
        using ImageClassificationTransformer model = Fit(singles, white);

        StringAssert.Contains(Refusal(() => model.Transform(Bytes)), "ConvertType(\"Features\", outputKind: DataKind.Single)");
        StringAssert.Contains(Refusal(() => model.Transform(Images)), "interleavePixelColors: false, scaleImage: ");

        IDataView images = Images,
            bytes = Bytes;
        IDataView extracted = _mlContext
            .Transforms.ExtractPixels("Features", interleavePixelColors: false, scaleImage: scale)
            .Fit(images)
            .Transform(images);
        TinyImages.AreClose(Scores(model, singles), Scores(model, extracted), 1e-5f);
        if (white != 255)
            return;
        IDataView converted = _mlContext
            .Transforms.Conversion.ConvertType("Features", outputKind: DataKind.Single)
            .Fit(bytes)
            .Transform(bytes);
        TinyImages.AreSame(Scores(model, singles), Scores(model, converted));
    }

    [TestMethod]
    public void Bytes_and_images_are_one_kind()
    {
        using ImageClassificationTransformer ofBytes = Fit(Bytes),
            ofImages = Fit(Images);

        TinyImages.AreSame(Scores(ofBytes, Bytes), Scores(ofBytes, Images));
        TinyImages.AreSame(Scores(ofBytes, Bytes), Scores(ofImages, Bytes));
    }

    [TestMethod]
    public void A_validation_set_of_another_kind_is_refused_before_training()
    {
        ImageClassificationOptions options = TinyImages.Options();
        options.ValidationSet = Rows.View(_mlContext, Rows.Singles(_rows));
        options.ProgressCallback = _ => Assert.Fail("a step was taken");

        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidDataException>(() => _mlContext.Padam().ImageClassifier(options).Fit(Bytes)).Message,
            "white is not the same number"
        );
    }

    [TestMethod]
    public void A_saved_model_still_knows_its_kind()
    {
        using var folder = new TemporaryFolder();
        using (ImageClassificationTransformer model = Fit(Bytes))
            _mlContext.Model.Save(model, null, folder["model.zip"]);
        ITransformer loaded = _mlContext.Model.Load(folder["model.zip"], out _);

        Refusal(() => loaded.Transform(Rows.View(_mlContext, Rows.Singles(_rows))));
    }

    private static string Refusal(Action transform) => Assert.ThrowsExactly<ArgumentException>(transform).Message;

    private ImageClassificationTransformer Fit(IDataView data, double pixelScale = 255)
    {
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        options.PixelScale = pixelScale;
        return _mlContext.Padam().ImageClassifier(options).Fit(data);
    }

    private IReadOnlyList<float[]> Scores(ITransformer model, IDataView data) => TinyImages.Scores(_mlContext, model, data);
}
