using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet.Backbones;
using Padam.MLNet.Optimizers;
using SkiaSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Training;

/// <summary>What can be found wrong without reading an image is found so, and no file that exists is touched before.</summary>
[TestClass]
public sealed class ChecksBeforeReadingTests
{
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly TemporaryFolder _folder = new();
    private readonly ImageClassificationOptions _options = TinyImages.Options(epochs: 1);

    // Fails when its first row is asked for.
    private IDataView Unread => Rows.View(_mlContext, NoRow<byte[]>());

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    public void A_misspelt_column_of_the_validation_set()
    {
        IDataView set = _mlContext.Transforms.CopyColumns("Lable", "Label").Fit(Unread).Transform(Unread);
        _options.ValidationSet = _mlContext.Transforms.DropColumns("Label").Fit(set).Transform(set);

        string refusal = Refusal<InvalidDataException>();
        StringAssert.Contains(refusal, "validation set cannot be used: Label column 'Label' is not in the data");
        StringAssert.Contains(refusal, "options.ValidationSet = prepared.Transform(validation)");
    }

    [TestMethod]
    public void A_validation_set_of_other_sizes_kinds_or_classes()
    {
        _options.ValidationSet = Rows.View(_mlContext, NoRow<byte[]>(), dimensions: [3, 16, 16]);
        StringAssert.Contains(Refusal<InvalidDataException>(), "16x16");
        _options.ValidationSet = Rows.View(_mlContext, NoRow<float[]>());
        StringAssert.Contains(Refusal<InvalidDataException>(), "Vector<Single");
        _options.ValidationSet = Rows.View(_mlContext, NoRow<byte[]>(), classes: 11);
        StringAssert.Contains(Refusal<InvalidDataException>(), "11 keys");
    }

    [TestMethod]
    public void A_square_to_cut_out_that_is_larger_than_the_images()
    {
        _options.Augmentation = new() { Cutout = new(33) };
        StringAssert.Contains(Refusal<ArgumentException>(), "Cutout: a square of 33 is larger than the images of 32x32; take at most 32.");
    }

    [TestMethod]
    public void A_move_that_leaves_nothing_of_the_images()
    {
        _options.Augmentation = new(CropPadding: 32);
        StringAssert.Contains(
            Refusal<ArgumentException>(),
            "Augmentation.CropPadding: a move by 32 can leave nothing of images of 32x32; take at most 31."
        );
        Assert.IsEmpty(new Augmentation(CropPadding: 31).Validate(new ImageSize(40, 32)));
        Assert.IsEmpty(Augmentation.None.Validate(new ImageSize(0, 0)));
    }

    [TestMethod]
    public void Images_that_tell_their_size_themselves_are_refused_after_the_first()
    {
        EncodedRow[] rows = [new() { Image = TinyPicture() }, new() { Label = 1, Image = [1, 2, 3] }];
        (_options.FeatureColumnName, _options.Augmentation) = ("Image", new() { Cutout = new(33) });
        IDataView data = _mlContext.Data.LoadFromEnumerable(rows);

        Assert.Contains(
            "a square of 33 is larger than the images of 32x32",
            Assert.ThrowsExactly<ArgumentException>(() => _mlContext.Padam().ImageClassifier(_options).Fit(data)).Message
        );
    }

    private static byte[] TinyPicture()
    {
        using var bitmap = new SKBitmap(32, 32);
        return bitmap.Encode(SKEncodedImageFormat.Png, 100).ToArray();
    }

    [TestMethod]
    public void Changes_of_bytes_where_the_images_are_singles()
    {
        IDataView singles = Rows.View(_mlContext, NoRow<float[]>());
        foreach (
            (string name, Augmentation augmentation) in new (string, Augmentation)[]
            {
                ("ResizedCrop", new() { ResizedCrop = new() }),
                ("Color", new() { Color = new(0.4) }),
                ("TrivialAugment", new() { TrivialAugment = true }),
            }
        )
        {
            _options.Augmentation = augmentation;
            string message = Assert.Throws<ArgumentException>(() => _mlContext.Padam().ImageClassifier(_options).Fit(singles)).Message;
            StringAssert.Contains(message, $"Augmentation.{name} is for pixels from 0 to 255, and column 'Features' is a Vector<Single");
        }
    }

    [TestMethod]
    public void Weights_of_another_network()
    {
        using (nn.Module<Tensor, Tensor> other = Backbone.Parse("vgg-small").Build(10))
            MLNet.Persistence.Safetensors.Write(
                _folder["other.safetensors"],
                other.named_parameters().Select(p => (p.name, (Tensor)p.parameter))
            );
        _options.InitialWeights = _folder["other.safetensors"];

        StringAssert.Contains(Refusal<InvalidDataException>(), "other.safetensors does not hold this network's weights");
    }

    [TestMethod]
    public void A_rule_that_fits_no_parameter_or_only_frozen_ones()
    {
        _options.Optimizer = new SgdOptions { Rules = [ParameterRule.For("conv.*", rate: 2), ParameterRule.For("convolution*", decay: 0)] };
        StringAssert.Contains(
            Refusal<ArgumentException>(),
            "rules that no trained parameter fits: convolution*: rate x1, decay x0. The parameters are conv.weight, conv.bias, "
        );
        (_options.Optimizer, _options.FrozenLayers) = (new SgdOptions { Rules = [ParameterRule.For("conv.*", rate: 2)] }, ["conv"]);
        StringAssert.Contains(Refusal<ArgumentException>(), "no trained parameter fits: conv.*: rate x2");
    }

    [TestMethod]
    public void A_layer_to_freeze_that_there_is_none_of()
    {
        _options.FrozenLayers = ["conv9"];

        StringAssert.Contains(Refusal<ArgumentException>(), "\"conv9\" is no part of the network");
    }

    [TestMethod]
    public void An_optimizer_whose_state_cannot_be_saved()
    {
        _options.Optimizer = new CustomOptimizerOptions(named => new Stateless(named.Select(entry => entry.Item2)));
        _options.CheckpointFolder = _folder["checkpoint"];

        StringAssert.Contains(Refusal<NotSupportedException>(), "no state_dict");
    }

    [TestMethod]
    public void A_network_of_ones_own_that_does_not_carry_images_of_this_size()
    {
        Backbone.Register("for 28x28", classes => nn.Sequential(("flat", nn.Flatten()), ("linear", nn.Linear(3 * 28 * 28, classes))));
        _options.Backbone = Backbone.Parse("for 28x28");

        string message = Refusal<ArgumentException>();

        StringAssert.StartsWith(message, "The backbone 'for 28x28' does not carry images of 32x32 (height x width) to 10 classes: ");
        StringAssert.Contains(message, "mat1 and mat2");
        Assert.IsFalse(message.Contains('\n'), "libtorch's stack trace: " + message);
    }

    [TestMethod]
    public void A_network_of_ones_own_that_yields_no_logits()
    {
        Backbone.Register("no logits", classes => nn.Sequential(("flat", nn.Flatten()), ("linear", nn.Linear(TinyImages.Bytes, 7))));
        _options.Backbone = Backbone.Parse("no logits");

        string message = Refusal<ArgumentException>();

        StringAssert.Contains(message, "'no logits'");
        StringAssert.Contains(message, "it must yield logits [1, 10]");
    }

    [TestMethod]
    public void A_checkpoint_that_is_in_the_way_or_of_other_settings_stays_as_it_is()
    {
        _options.CheckpointFolder = _folder["checkpoint"];
        IDataView data = Rows.View(_mlContext, Rows.Of(40));
        _mlContext.Padam().ImageClassifier(_options).Fit(data).Dispose();
        byte[] before = File.ReadAllBytes(_folder["checkpoint/checkpoint.zip"]);

        StringAssert.Contains(Refusal<IOException>(), "holds a checkpoint already");
        (_options.Resume, _options.FrozenLayers) = (true, ["conv9"]);
        Refusal<ArgumentException>();

        CollectionAssert.AreEqual(before, File.ReadAllBytes(_folder["checkpoint/checkpoint.zip"]));
    }

    private string Refusal<T>()
        where T : Exception => Assert.ThrowsExactly<T>(() => _mlContext.Padam().ImageClassifier(_options).Fit(Unread)).Message;

    private static IEnumerable<Row<uint, T>> NoRow<T>()
    {
        Assert.Fail("a row was read");
        yield break;
    }

    private sealed class EncodedRow
    {
        [KeyType(10)]
        public uint Label { get; set; }

        public byte[] Image { get; set; } = [];
    }

    private sealed class Stateless(IEnumerable<TorchSharp.Modules.Parameter> trained) : optim.Optimizer(0)
    {
        public override IEnumerable<optim.ILearningRateController> ParamGroups => [];

        public override IEnumerable<TorchSharp.Modules.Parameter> parameters() => trained;

        public override Tensor step(Func<Tensor>? closure = null) => null!;
    }
}
