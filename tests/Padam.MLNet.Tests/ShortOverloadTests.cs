using Microsoft.ML;
using Padam.MLNet.Backbones;
using Padam.MLNet.Optimizers;
using Padam.MLNet.Schedules;

namespace Padam.MLNet.Tests;

/// <summary>What the short way to a trainer chooses for one who names a network and little else.</summary>
[TestClass]
public sealed class ShortOverloadTests
{
    private readonly MLContext _mlContext = new(seed: 7);
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _log = [];

    [TestInitialize]
    public void Listen() => _mlContext.Log += (_, entry) => _log.Add(entry.RawMessage);

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    public void Small_images_are_cropped_and_mirrored_and_the_rate_falls_twice()
    {
        (IDataView train, _) = TinyImages.Load(_mlContext, _folder["data"], train: 40, test: 10);
        OptimizerOptionsBase optimizer = new AdamOptions { LearningRate = 0.01 };
        using ImageClassificationTransformer model = _mlContext
            .Padam()
            .ImageClassifier(backbone: TinyImages.Backbone, optimizer: optimizer, epochs: 4)
            .Fit(train);

        string expected = TinyImages.TrainedHash(
            _mlContext,
            new()
            {
                Backbone = TinyImages.Backbone,
                Optimizer = optimizer,
                Epochs = 4,
                Schedule = Schedule.MultiStep([2, 3]),
                Augmentation = new(CropPadding: 4, Flip: true),
            },
            train
        );
        Assert.AreEqual(expected, TinyImages.Hash(model));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public void Few_epochs_have_as_many_milestones_as_fit(int epochs)
    {
        (IDataView train, _) = TinyImages.Load(_mlContext, _folder["data"], train: 20, test: 10);
        using ImageClassificationTransformer model = _mlContext
            .Padam()
            .ImageClassifier(backbone: TinyImages.Backbone, epochs: epochs)
            .Fit(train);
        Assert.AreEqual(epochs, model.Epoch);
    }

    [TestMethod]
    public void Pictures_without_a_size_get_one_of_64_and_the_log_says_so()
    {
        Pictures.WriteStripes(_folder["pictures"], each: 4, width: 90, height: 70);
        IDataView data = _mlContext.Padam().LoadImageFolder(_folder["pictures"]);
        using ImageClassificationTransformer model = _mlContext
            .Padam()
            .ImageClassifier(featureColumnName: "Image", backbone: Backbone.Parse("vgg-small"), epochs: 1)
            .Fit(data);

        Assert.AreEqual(new ImageSize(64, 64), model.ImageSize);
        Assert.IsTrue(_log.Exists(line => line.StartsWith("Pictures are resized to 64 x 64", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void Pictures_that_were_resized_before_keep_their_size()
    {
        Pictures.WriteStripes(_folder["pictures"], each: 4, width: 90, height: 70);
        IDataView data = _mlContext.Padam().LoadImageFolder(_folder["pictures"]);
        using var model = _mlContext
            .Transforms.ResizeImages("Image", imageWidth: 40, imageHeight: 32)
            .Append(_mlContext.Padam().ImageClassifier(featureColumnName: "Image", backbone: Backbone.Parse("vgg-small"), epochs: 1))
            .Fit(data)
            .LastTransformer;

        Assert.AreEqual(new ImageSize(32, 40), model.ImageSize);
    }

    [TestMethod]
    public void Thirty_epochs_are_the_default()
    {
        (IDataView train, _) = TinyImages.Load(_mlContext, _folder["data"], train: 20, test: 10);
        using ImageClassificationTransformer model = _mlContext.Padam().ImageClassifier(backbone: TinyImages.Backbone).Fit(train);
        Assert.AreEqual(30, model.Epoch);
    }
}
