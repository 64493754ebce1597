using Padam.MLNet.Data;
using Padam.MLNet.Models;

namespace Padam.MLNet.Tests.Models;

/// <summary>What a description in a model zip may not say, though it is read and its checksum is right.</summary>
[TestClass]
public sealed class DescriptionFaultsTests
{
    private static readonly ModelDescription Classifier = new()
    {
        Backbone = "vgg-small",
        BackboneSettings = new(),
        Height = 32,
        Width = 16,
        Mean = [0.5f, 0.25f, 0],
        StandardDeviation = [1, 2, 3],
        PixelScale = 255,
        Pixels = PixelKind.Bytes,
        Preprocessing = Plain,
        FeatureColumnName = "Features",
        InferenceBatchSize = 8,
        ConvolutionAlgorithm = ConvolutionAlgorithm.Auto,
        Classes = 2,
        Labels = new(KeyValues.Text, ["a", "b"]),
        ScoreColumnName = "Score",
        PredictedLabelColumnName = "PredictedLabel",
        Optimizer = "none",
        Seed = 1,
        Epochs = 0,
        WeightsLength = 8,
    };

    private static readonly FeaturizerDescription Featurizer = new()
    {
        Backbone = "vgg-small",
        BackboneSettings = new(),
        Height = 32,
        Width = 16,
        Mean = [0.5f, 0.25f, 0],
        StandardDeviation = [1, 2, 3],
        PixelScale = 255,
        FeatureColumnName = "Features",
        InferenceBatchSize = 8,
        ConvolutionAlgorithm = ConvolutionAlgorithm.Auto,
        Features = 2,
        OutputColumnName = "Vector",
        WeightsLength = 8,
    };

    private static PreprocessingDescription Plain => new("stretch", ExifOrientation: true, "#00ff7F", "bilinear");

    internal static IEnumerable<(NetworkDescription, string)> Mistakes =>
        [
            (Classifier with { Backbone = " " }, "names no backbone"),
            (Classifier with { BackboneSettings = null! }, "names no backbone"),
            (Classifier with { Height = 0 }, "images of 0x16 are out of range"),
            (Classifier with { Width = 0 }, "images of 32x0 are out of range"),
            (Classifier with { Height = 16385 }, "images of 16385x16 are out of range"),
            (Classifier with { Width = 16385 }, "images of 32x16385 are out of range"),
            (Classifier with { Mean = null! }, "three means"),
            (Classifier with { Mean = [0, 0] }, "three means"),
            (Classifier with { Mean = [0, 0, float.NaN] }, "three means"),
            (Classifier with { StandardDeviation = null! }, "three means"),
            (Classifier with { StandardDeviation = [1, 1, 1, 1] }, "three means"),
            (Classifier with { StandardDeviation = [1, 1, 0] }, "three means"),
            (Classifier with { StandardDeviation = [1, 1, float.PositiveInfinity] }, "three means"),
            (Classifier with { PixelScale = 0 }, "the pixel scale 0 is not above 0"),
            (Classifier with { PixelScale = double.PositiveInfinity }, "the pixel scale"),
            (Classifier with { Pixels = (PixelKind)9 }, "the kind of its pixels"),
            (Classifier with { Preprocessing = Plain with { Resize = "melt" } }, "'melt', which this version"),
            (Classifier with { Preprocessing = Plain with { Resampling = "nearest" } }, "'nearest', which this version"),
            (Classifier with { Preprocessing = Plain with { BackgroundColor = "" } }, "the background '' is no colour"),
            (Classifier with { Preprocessing = Plain with { BackgroundColor = "00ff7f0" } }, "is no colour"),
            (Classifier with { Preprocessing = Plain with { BackgroundColor = "#00ff7" } }, "is no colour"),
            (Classifier with { Preprocessing = Plain with { BackgroundColor = "#00ff7g" } }, "is no colour"),
            (Classifier with { InferenceBatchSize = 0 }, "batches of 0 images"),
            (Classifier with { InferenceBatchSize = int.MaxValue }, "batches of 2147483647 images"),
            (Classifier with { ConvolutionAlgorithm = (ConvolutionAlgorithm)9 }, "the convolution algorithm"),
            (Classifier with { FeatureColumnName = "" }, "the column of images has no name"),
            (Classifier with { Classes = 0, Labels = KeyValues.None }, "0 classes do not fit weights of 8 bytes"),
            (Classifier with { Classes = 3, Labels = KeyValues.None }, "3 classes do not fit weights of 8 bytes"),
            (Classifier with { TestTimeAugmentation = (TestTimeAugmentation)9 }, "the test-time augmentation"),
            (Classifier with { Labels = null! }, "the label has 0 values for 2 classes"),
            (Classifier with { Labels = new(KeyValues.Text, ["a"]) }, "the label has 1 values for 2 classes"),
            (Classifier with { Labels = new("Int32", ["1", "x"]) }, "not of the type Int32"),
            (Classifier with { ScoreColumnName = "" }, "a column has no name"),
            (Classifier with { PredictedLabelColumnName = "" }, "a column has no name"),
            (Featurizer with { Features = 0 }, "vectors of 0 numbers do not fit weights of 8 bytes"),
            (Featurizer with { Features = 3 }, "vectors of 3 numbers do not fit weights of 8 bytes"),
            (Featurizer with { OutputColumnName = "" }, "the column of vectors has no name"),
            (Featurizer with { Height = 0 }, "images of 0x16 are out of range"),
        ];

    [TestMethod]
    public void What_a_model_says_of_itself_is_in_range_up_to_its_ends()
    {
        ModelDescription[] models =
        [
            Classifier,
            Classifier with
            {
                Height = 1,
                Width = 1 << 14,
                InferenceBatchSize = 1,
            },
            Classifier with
            {
                Pixels = null,
                Preprocessing = null,
                Labels = KeyValues.None,
                Classes = 1,
            },
            Classifier with
            {
                TestTimeAugmentation = TestTimeAugmentation.Mirror,
            },
        ];
        foreach (ModelDescription model in models)
            Assert.IsEmpty(model.Faults());
        Assert.IsEmpty(Featurizer.Faults());
    }

    [TestMethod]
    public void What_cannot_be_is_said_in_a_sentence()
    {
        foreach ((NetworkDescription model, string said) in Mistakes)
            StringAssert.Contains(model.Faults().Single(), said);
    }
}
