using Microsoft.ML;
using Padam.MLNet.Backbones;
using Padam.MLNet.Layers;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Training;

/// <summary>Frozen layers at the network's beginning run once, and what they make is kept.</summary>
[TestClass]
public sealed class FrozenOutputsTests
{
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    [DataRow("vgg-small", "features", "features")]
    [DataRow("resnet18", "conv1", "layer3")]
    [DataRow("wrn-10-1", "conv1", "layer1")]
    [DataRow("imagenet-resnet18", "conv1", "layer4")]
    public void A_cut_network_is_the_whole_one_to_the_last_bit(string backbone, string first, string last)
    {
        using IDisposable noGradients = no_grad();
        using var scope = TorchSharp.torch.NewDisposeScope();
        using var network = Backbone.Parse(backbone).Build(10);
        network.ToChannelsLast();
        string[] names = [.. network.named_children().Select(child => child.name)];
        string[] frozen = [.. names.SkipWhile(name => name != first).TakeWhile(name => name != last), last];
        FrozenLayers layers = FrozenLayers.Freeze(network, frozen);
        network.train();
        layers.StayInEvaluationMode();
        CutNetwork cut = CutNetwork.BehindConstantStages(network);
        Assert.IsTrue(cut.HasBeginning);
        using IDisposable evaluation = network.FoldedForEvaluation();
        Tensor images = randn(3, 3, 32, 32);
        Tensor whole = network.LogitsOf(images, 10),
            inParts = cut.Logits(cut.Beginning(images), 10);
        CollectionAssert.AreEqual(whole.data<float>().ToArray(), inParts.data<float>().ToArray());
    }

    [TestMethod]
    [DataRow(new string[0], false)]
    [DataRow(new[] { "layer1" }, false, DisplayName = "not from the input on")]
    [DataRow(new[] { "conv1.weight", "bn1.weight", "bn1.bias" }, false, DisplayName = "statistics still move")]
    [DataRow(new[] { "conv1", "bn1" }, true)]
    public void Only_what_is_constant_from_the_input_on_is_before_the_cut(string[] frozen, bool hasBeginning)
    {
        using var network = Backbone.Parse("resnet18").Build(10);
        FrozenLayers layers = FrozenLayers.Freeze(network, frozen);
        network.train();
        layers.StayInEvaluationMode();
        Assert.AreEqual(hasBeginning, CutNetwork.BehindConstantStages(network).HasBeginning);
    }

    [TestMethod]
    public void Frozen_layers_see_each_image_once_and_only_the_rest_learns()
    {
        (IDataView train, IDataView test) = TinyImages.Load(_mlContext, _folder["data"], train: 40, test: 20);
        List<TrainingProgress> progress = [];
        List<string> log = [];
        _mlContext.Log += (_, message) => log.Add(message.RawMessage);
        ImageClassificationOptions options = Options(test);
        options.ProgressCallback = progress.Add;
        using ImageClassificationTransformer trained = _mlContext.Padam().ImageClassifier(options).Fit(train);
        TrainingProgress[] features = [.. progress.TakeWhile(one => one.Stage == TrainingStage.Features)];
        CollectionAssert.AreEqual(new[] { 16, 32, 40, 56, 60 }, features.Select(one => one.Images).ToArray());
        Assert.IsTrue(features.All(one => one is { Epoch: 0, ImagesPerEpoch: 60 } && double.IsNaN(one.Loss)));
        Assert.IsTrue(progress.Skip(features.Length).All(one => one.Stage == TrainingStage.Training));
        Assert.IsTrue(log.Any(line => line.Contains("Frozen layers ran once over 60 images", StringComparison.Ordinal)));

        options.Epochs = 1;
        using ImageClassificationTransformer shorter = _mlContext.Padam().ImageClassifier(options).Fit(train);
        Dictionary<string, byte[]> one = Weights(shorter),
            two = Weights(trained);
        foreach (string name in one.Keys)
            Assert.AreEqual(name.StartsWith("features", StringComparison.Ordinal), one[name].SequenceEqual(two[name]), name);
    }

    [TestMethod]
    public void Validation_has_the_digits_of_the_model()
    {
        (IDataView train, IDataView test) = TinyImages.Load(_mlContext, _folder["data"], train: 40, test: 37);
        ImageClassificationOptions options = Options(test);
        EpochMetrics? last = null;
        options.MetricsCallback = metrics => last = metrics;
        using ImageClassificationTransformer model = _mlContext.Padam().ImageClassifier(options).Fit(train);
        var measured = _mlContext.MulticlassClassification.Evaluate(model.Transform(test));
        Assert.AreEqual(measured.MicroAccuracy, last!.ValidationAccuracy);
        Assert.AreEqual(measured.LogLoss, last.ValidationLoss!.Value, 1e-12);
    }

    [TestMethod]
    public void In_a_temporary_file_they_give_the_same_bytes()
    {
        (IDataView train, IDataView test) = TinyImages.Load(_mlContext, _folder["data"], train: 40, test: 20);
        ImageClassificationOptions options = Options(test);
        string inMemory = TinyImages.TrainedHash(_mlContext, options, train);
        options.ImageMemoryLimit = 0;
        Assert.AreEqual(inMemory, TinyImages.TrainedHash(_mlContext, options, train));
    }

    [TestMethod]
    [DataRow("vgg-small", "features")]
    [DataRow("airbench94", "whiten", DisplayName = "airbench94, whose first layer is made of the images")]
    public void Resumed_from_a_checkpoint_the_training_gives_the_same_bytes(string backbone, string frozen)
    {
        (IDataView train, IDataView test) = TinyImages.Load(_mlContext, _folder["data"], train: 40, test: 20);
        ImageClassificationOptions options = Options(test);
        (options.Backbone, options.FrozenLayers) = (Backbone.Parse(backbone), [frozen]);
        string whole = TinyImages.TrainedHash(_mlContext, options, train);
        using var source = new CancellationTokenSource();
        (options.CheckpointFolder, options.CancellationToken) = (_folder["checkpoint"], source.Token);
        options.ProgressCallback = progress =>
        {
            if (progress is { Epoch: 1, Images: 32 })
                source.Cancel();
        };
        Assert.Throws<OperationCanceledException>(() => _mlContext.Padam().ImageClassifier(options).Fit(train));
        (options.Resume, options.CancellationToken, options.ProgressCallback) = (true, default, null);
        Assert.AreEqual(whole, TinyImages.TrainedHash(_mlContext, options, train));
    }

    [TestMethod]
    public void Cancelled_while_frozen_layers_run_the_training_ends()
    {
        (IDataView train, IDataView test) = TinyImages.Load(_mlContext, _folder["data"], train: 40, test: 20);
        using var source = new CancellationTokenSource();
        ImageClassificationOptions options = Options(test);
        options.CancellationToken = source.Token;
        int told = 0;
        options.ProgressCallback = _ =>
        {
            told++;
            source.Cancel();
        };
        Assert.Throws<OperationCanceledException>(() => _mlContext.Padam().ImageClassifier(options).Fit(train));
        Assert.AreEqual(1, told);
    }

    [TestMethod]
    public void Varied_images_go_through_all_layers_in_each_epoch()
    {
        (IDataView train, IDataView test) = TinyImages.Load(_mlContext, _folder["data"], train: 40, test: 20);
        ImageClassificationOptions options = Options(test);
        options.Augmentation = new(Flip: true);
        options.ProgressCallback = progress => Assert.AreEqual(TrainingStage.Training, progress.Stage);
        _mlContext.Padam().ImageClassifier(options).Fit(train).Dispose();
    }

    [TestMethod]
    public void Frozen_normalisation_keeps_its_statistics_where_varied_images_go_through_it()
    {
        (IDataView train, IDataView test) = TinyImages.Load(_mlContext, _folder["data"], train: 40, test: 20);
        ImageClassificationOptions options = Options(test);
        (options.Augmentation, options.InitialWeights) = (new(Flip: true), _folder["first.safetensors"]);
        using (var network = Backbone.Parse("vgg-small").Build(10))
            Persistence.Safetensors.Write(options.InitialWeights, network.PlainState());
        Dictionary<string, byte[]>[] trained = [Trained(0), Trained(1), Trained(2)];
        foreach (string name in trained[0].Keys.Where(name => name.StartsWith("features", StringComparison.Ordinal)))
            Assert.IsTrue(trained.All(weights => weights[name].SequenceEqual(trained[0][name])), name);
        Assert.IsFalse(trained[1]["classifier.weight"].SequenceEqual(trained[2]["classifier.weight"]));

        Dictionary<string, byte[]> Trained(int epochs)
        {
            options.Epochs = epochs;
            using ImageClassificationTransformer model = _mlContext.Padam().ImageClassifier(options).Fit(train);
            return Weights(model);
        }
    }

    private static ImageClassificationOptions Options(IDataView validation)
    {
        ImageClassificationOptions options = TinyImages.Options();
        (options.Backbone, options.FrozenLayers, options.ValidationSet) = (Backbone.Parse("vgg-small"), ["features"], validation);
        return options;
    }

    private Dictionary<string, byte[]> Weights(ImageClassificationTransformer model)
    {
        model.SaveWeights(_folder["weights.safetensors"], WeightsFormat.Safetensors);
        var weights = Persistence.Safetensors.Read(_folder["weights.safetensors"]);
        Dictionary<string, byte[]> bytes = weights.ToDictionary(entry => entry.Name, entry => entry.Tensor.bytes.ToArray());
        foreach (var (_, tensor) in weights)
            tensor.Dispose();
        return bytes;
    }
}
