using Microsoft.ML;
using Padam.MLNet.Backbones;
using Padam.MLNet.Layers;
using Padam.MLNet.Optimizers;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Padam.MLNet.Tests.Layers;

/// <summary>The public layers: what TorchSharp's modules compute, in a network of one's own and in a trainer's.</summary>
[TestClass]
public sealed class LayersTests
{
    [TestMethod]
    [DataRow(3, 32, 3, 1, 1, true)]
    [DataRow(32, 64, 3, 2, 1, false)]
    [DataRow(128, 64, 3, 2, 1, true)]
    [DataRow(64, 128, 1, 1, 0, false)]
    [DataRow(64, 24, 1, 2, 0, true)]
    [DataRow(32, 32, 3, 1, 0, true)]
    [DataRow(5, 7, 1, 1, 0, true)]
    [DataRow(32, 32, 5, 3, 2, false)]
    [DataRow(2, 128, 1, 3, 0, true, DisplayName = "pixels passed over by a filter of one")]
    public void A_convolution_is_TorchSharps(int inputs, int outputs, int kernel, int stride, int padding, bool bias)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(3);
        var ours = new Convolution(inputs, outputs, kernel, stride, padding, bias);
        manual_seed(3);
        var theirs = Conv2d(inputs, outputs, kernel, stride, padding, bias: bias);
        CollectionAssert.AreEqual(theirs.state_dict().Keys, ours.state_dict().Keys);
        AssertClose(theirs.weight!, ours.get_parameter("weight")!, 1e-6);
        theirs.load_state_dict(ours.state_dict());

        AssertSamePasses(ours, theirs, randn(9, inputs, 12, 9));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void A_dense_layer_is_TorchSharps(bool bias)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(3);
        var ours = new Dense(7, 5, bias);
        manual_seed(3);
        var theirs = Linear(7, 5, bias);
        CollectionAssert.AreEqual(theirs.state_dict().Keys, ours.state_dict().Keys);
        AssertClose(theirs.weight!, ours.get_parameter("weight")!, 1e-6);

        theirs.load_state_dict(ours.state_dict());
        AssertSamePasses(ours, theirs, randn(4, 7));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new Dense(0, 5));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new Dense(7, 0));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void In_bfloat16_layers_multiply_rounded_numbers_while_they_train_and_float32_in_evaluation(bool convolution)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(3);
        nn.Module<Tensor, Tensor> layer = convolution ? new Convolution(3, 8, 3, padding: 1) : new Dense(3, 8);
        Tensor input = (convolution ? randn(2, 3, 6, 6) : randn(4, 3)).requires_grad_();
        layer.eval();
        Tensor exact = layer.forward(input);

        layer.Use(Precision.BFloat16);
        Assert.IsTrue(layer.forward(input).equal(exact).all().item<bool>(), "evaluation");
        layer.train();
        Tensor rounded = layer.forward(input);
        rounded.sum().backward();

        Assert.AreEqual(ScalarType.Float32, rounded.dtype);
        AssertClose(Rounded(rounded), rounded, 0);
        AssertClose(exact, rounded, 0.02);
        Assert.IsFalse(rounded.equal(exact).all().item<bool>());
        Assert.AreEqual(ScalarType.Float32, layer.get_parameter("weight")!.grad!.dtype);
        AssertClose(Rounded(input.grad!), input.grad!, 0);

        static Tensor Rounded(Tensor tensor) => tensor.to(ScalarType.BFloat16).to(ScalarType.Float32);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Bfloat16_by_the_kernels_of_float32_is_bfloat16_itself_to_rounding(bool convolution)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(4);
        Tensor[] arguments = convolution ? [randn(2, 16, 8, 8), randn(32, 16, 3, 3), randn(32)] : [randn(6, 16), randn(8, 16), randn(8)];
        Tensor Product(Tensor x, Tensor weight, Tensor? bias) =>
            convolution ? MLNet.Kernels.Convolution2d.Apply(x, weight, bias) : functional.linear(x, weight, bias);
        Tensor[] Results(bool isNative)
        {
            Tensor[] leaves = [.. arguments.Select(argument => argument.clone().requires_grad_())];
            Tensor output = BFloat16Product.Of(leaves[0], leaves[1], leaves[2], Product, isNative);
            (output * output).sum().backward();
            return [output, .. leaves.Select(leaf => leaf.grad!)];
        }

        foreach ((Tensor native, Tensor ours) in Results(isNative: true).Zip(Results(isNative: false)))
            Assert.IsLessThan(0.02, ((native - ours).abs().max() / native.abs().max()).item<float>());
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Batch_normalisation_is_TorchSharps_and_moves_its_statistics_alike(bool training)
    {
        using DisposeScope scope = NewDisposeScope();
        // TorchSharp's takes its tensors along when it is finalized.
        using var ours = new BatchNorm(32, epsilon: 1e-3, momentum: 0.3);
        using var theirs = BatchNorm2d(32, 1e-3, 0.3);
        Assert.IsTrue(theirs.state_dict().Keys.ToHashSet().SetEquals(ours.state_dict().Keys));
        ours.train(training);
        theirs.train(training);
        AssertSamePasses(ours, theirs, randn(4, 32, 5, 6));
        foreach ((string name, Tensor value) in theirs.state_dict())
            AssertClose(value.to(ScalarType.Float32), ours.state_dict()[name].to(ScalarType.Float32), 1e-5);
    }

    [TestMethod]
    [DataRow(Activation.Relu, true)]
    [DataRow(Activation.Relu, false)]
    [DataRow(Activation.None, true)]
    [DataRow(Activation.Gelu, true)]
    [DataRow(Activation.Silu, false)]
    public void Convolution_normalisation_residual_and_activation_are_one(Activation activation, bool withResidual)
    {
        using DisposeScope scope = NewDisposeScope();
        using var ours = new ConvolutionBatchNorm(32, 32, 3, activation: activation);
        using var theirs = Sequential(Conv2d(32, 32, 3, padding: 1, bias: false), BatchNorm2d(32));
        theirs.load_state_dict(ours.state_dict());
        Tensor images = randn(4, 32, 8, 8),
            residual = randn(4, 32, 8, 8);

        Tensor Expected()
        {
            Tensor output = theirs.forward(images);
            if (withResidual)
                output = output + residual;
            return activation switch
            {
                Activation.Relu => output.relu(),
                Activation.Gelu => functional.gelu(output),
                Activation.Silu => functional.silu(output),
                _ => output,
            };
        }

        AssertClose(Expected(), ours.forward(images, withResidual ? residual : null), 1e-4);
        ours.eval();
        theirs.eval();
        AssertClose(Expected(), ours.forward(images, withResidual ? residual : null), 1e-4);
        ours.Fold();
        AssertClose(Expected(), ours.forward(images, withResidual ? residual : null), 1e-4);
    }

    [TestMethod]
    public void Pooling_is_TorchSharps()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor images = randn(2, 8, 9, 7);
        AssertClose(functional.max_pool2d(images, 2), new MaxPool(2).forward(images), 0);
        AssertClose(functional.max_pool2d(images, 3, 2, 1), new MaxPool(3, stride: 2, padding: 1).forward(images), 0);
        AssertClose(images.mean([2, 3]), new GlobalAveragePool().forward(images), 1e-6);
    }

    [TestMethod]
    public void A_registered_network_of_these_layers_trains_to_the_losses_of_TorchSharps_modules_and_scores_folded()
    {
        Backbone.Register(
            "tests-layers-ours",
            classes =>
                Sequential(
                    new ConvolutionBatchNorm(3, 32, 3),
                    new ConvolutionBatchNorm(32, 32, 3),
                    new MaxPool(2),
                    new ConvolutionBatchNorm(32, 64, 3, stride: 2),
                    new GlobalAveragePool(),
                    Linear(64, classes)
                )
        );
        Backbone.Register(
            "tests-layers-theirs",
            classes =>
                Sequential(Block(3, 32, 1), Block(32, 32, 1), MaxPool2d(2), Block(32, 64, 2), new GlobalAveragePool(), Linear(64, classes))
        );
        using var folder = new TemporaryFolder();
        var mlContext = new MLContext(seed: 1);
        (IDataView train, IDataView test) = TinyImages.Load(mlContext, folder.Path);
        List<double> ours = Losses("tests-layers-ours"),
            theirs = Losses("tests-layers-theirs");
        for (int i = 0; i < ours.Count; i++)
            Assert.AreEqual(theirs[i], ours[i], 2e-3 * theirs[i], $"loss {i}");

        List<double> Losses(string name)
        {
            List<double> losses = [];
            ImageClassificationOptions options = TinyImages.Options();
            options.Backbone = Backbone.Parse(name);
            // Adam would make a whole step out of a rounding in a gradient near zero.
            options.Optimizer = new SgdOptions { LearningRate = 0.01 };
            options.ValidationSet = test;
            options.MetricsCallback = metrics => losses.AddRange([metrics.Loss, metrics.ValidationLoss!.Value]);
            using ImageClassificationTransformer model = mlContext.Padam().ImageClassifier(options).Fit(train);
            losses.Add(mlContext.MulticlassClassification.Evaluate(model.Transform(test)).LogLoss);
            return losses;
        }
    }

    [TestMethod]
    public void Numbers_out_of_range_are_refused()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new Convolution(0, 1, 3));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new Convolution(1, 1, 3, stride: 0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new Convolution(1, 1, 3, padding: -1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new BatchNorm(4, epsilon: 0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new BatchNorm(4, momentum: 1.5));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ConvolutionBatchNorm(4, 4, 3, activation: (Activation)9));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new MaxPool(0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new MaxPool(2, stride: 0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new MaxPool(3, padding: 2));
        using Tensor images = zeros(2, 4, 6, 6);
        using var convolution = new Convolution(4, 4, 3);
        using var norm = new BatchNorm(4);
        foreach (Module<Tensor, Tensor> layer in new Module<Tensor, Tensor>[] { convolution, norm })
            layer.eval();
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => norm.After(convolution, images, activation: (Activation)9));
    }

    [TestMethod]
    [DataRow(5)]
    [DataRow(16)]
    public void One_value_a_channel_has_no_variance_and_the_statistics_stay_as_they_were(int channels)
    {
        using var scope = NewDisposeScope();
        using var norm = new BatchNorm(channels);
        string before = State(norm);
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidOperationException>(() => norm.forward(randn(1, channels, 1, 1))).Message,
            $"one image of [1, {channels}, 1, 1]"
        );
        Assert.AreEqual(before, State(norm));
        norm.forward(randn(2, channels, 1, 1));
        norm.eval();
        Assert.IsTrue(norm.forward(randn(1, channels, 1, 1)).isfinite().all().item<bool>());
    }

    private static string State(Module norm) =>
        string.Join(' ', norm.state_dict().Values.Select(tensor => Convert.ToHexString(tensor.bytes)));

    private static Module<Tensor, Tensor> Block(int inputs, int outputs, int stride) =>
        Sequential(Conv2d(inputs, outputs, 3, stride, padding: 1, bias: false), BatchNorm2d(outputs), ReLU());

    // The same outputs, and the same gradients of a loss that weights each output differently.
    private static void AssertSamePasses(Module<Tensor, Tensor> ours, Module<Tensor, Tensor> theirs, Tensor images)
    {
        Tensor mine = images.clone().requires_grad_(true),
            other = images.clone().requires_grad_(true);
        Tensor output = ours.forward(mine),
            expected = theirs.forward(other);
        AssertClose(expected, output, 1e-4);
        Tensor weights = randn(expected.shape);
        (output * weights).sum().backward();
        (expected * weights).sum().backward();
        AssertClose(other.grad!, mine.grad!, 1e-3);
        Dictionary<string, TorchSharp.Modules.Parameter> gradients = theirs.named_parameters().ToDictionary(e => e.name, e => e.parameter);
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in ours.named_parameters())
            AssertClose(gradients[name].grad!, parameter.grad!, 1e-3);
    }

    private static void AssertClose(Tensor expected, Tensor actual, double tolerance)
    {
        CollectionAssert.AreEqual(expected.shape, actual.shape);
        double largest = Math.Max(expected.abs().max().item<float>(), 1e-6),
            difference = (expected - actual).abs().max().item<float>();
        Assert.IsLessThanOrEqualTo(tolerance * largest, difference);
    }
}
