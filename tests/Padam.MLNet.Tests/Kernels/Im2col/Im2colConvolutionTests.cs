using Padam.MLNet.Kernels;
using Padam.MLNet.Layers;
using static Padam.MLNet.Tests.Kernels.ConvolutionExample;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Kernels;

[TestClass]
public sealed class Im2colConvolutionTests
{
    [TestInitialize]
    public void Need() => NeedRegisters();

    /// <summary>Those of the networks but the first and 3x3 with stride 1, as (batch, inputs, outputs, map, kernel, stride).</summary>
    [TestMethod]
    [DataRow(2, 16, 64, 32, 1, 1, DisplayName = "WRN-16-4's first shortcut")]
    [DataRow(2, 64, 128, 32, 3, 2, DisplayName = "ResNet18 layer2, WRN-16-4 layer2")]
    [DataRow(2, 64, 128, 32, 1, 2, DisplayName = "their shortcut in layer2")]
    [DataRow(3, 128, 256, 16, 3, 2, DisplayName = "ResNet18 layer3, WRN-16-4 layer3")]
    [DataRow(3, 128, 256, 16, 1, 2, DisplayName = "their shortcut in layer3")]
    [DataRow(3, 256, 512, 8, 3, 2, DisplayName = "ResNet18 layer4")]
    [DataRow(3, 256, 512, 8, 1, 2, DisplayName = "its shortcut in layer4")]
    [DataRow(1, 256, 64, 28, 1, 1, DisplayName = "a bottleneck's first")]
    [DataRow(1, 512, 2048, 7, 1, 1, DisplayName = "a bottleneck's last")]
    public void Shapes_of_the_networks_agree_with_direct_convolution(int batch, int inputs, int outputs, int map, int kernel, int stride) =>
        AgreesWithDirect(batch, inputs, outputs, map, map, kernel, stride, kernel / 2);

    [TestMethod]
    [DataRow(1, 8, 8, 1, 1, 1, 1, 0)]
    [DataRow(1, 8, 8, 1, 1, 3, 2, 1, DisplayName = "a map of one pixel: three of four parities have no input")]
    [DataRow(2, 8, 8, 2, 1, 1, 2, 0)]
    [DataRow(3, 24, 40, 7, 5, 3, 2, 1)]
    [DataRow(3, 40, 24, 6, 9, 3, 2, 0)]
    [DataRow(2, 168, 8, 5, 5, 1, 2, 0)]
    [DataRow(2, 8, 168, 5, 6, 3, 2, 1)]
    [DataRow(2, 16, 16, 9, 8, 5, 3, 2)]
    [DataRow(2, 16, 32, 9, 7, 1, 3, 0, DisplayName = "pixels passed over by a filter of one")]
    [DataRow(2, 16, 32, 9, 7, 1, 2, 1, DisplayName = "a filter of one amid zeros")]
    [DataRow(2, 16, 24, 3, 3, 4, 2, 2)]
    [DataRow(2, 16, 24, 5, 7, 2, 2, 0, DisplayName = "pixels at the edge that no filter reaches")]
    [DataRow(2, 16, 24, 6, 5, 2, 4, 0, DisplayName = "a stride larger than the kernel")]
    public void Odd_sizes_strides_and_paddings_agree_with_direct_convolution(
        int batch,
        int inputs,
        int outputs,
        int height,
        int width,
        int kernel,
        int stride,
        int padding
    ) => AgreesWithDirect(batch, inputs, outputs, height, width, kernel, stride, padding);

    [TestMethod]
    [DataRow(20, 64, 64, 20, 3, 2, DisplayName = "2,000 outputs in 16 parts, the last ending with a partial block")]
    [DataRow(12, 256, 512, 7, 3, 2, DisplayName = "two parts, and the columns cut too")]
    [DataRow(5, 640, 2048, 4, 1, 1, DisplayName = "one part")]
    public void Every_way_to_cut_the_work_agrees_with_direct_convolution(
        int batch,
        int inputs,
        int outputs,
        int map,
        int kernel,
        int stride
    ) => AgreesWithDirect(batch, inputs, outputs, map, map, kernel, stride, kernel / 2);

    [TestMethod]
    [DataRow(1, 1)]
    [DataRow(3, 2)]
    public void Other_layouts_give_the_same_bits(int kernel, int stride)
    {
        using var example = new ConvolutionExample(3, 40, 72, 9, 8, kernel / 2, kernel, stride);
        Tensor plainX = example.X.contiguous(),
            plainWeight = example.Weight.clone(),
            dy = example.OutputGradient;
        // Of 1x1 filters the same strides mean both layouts: in between, one of every second.
        plainWeight = kernel == 1 ? stack([plainWeight, plainWeight], 1).select(1, 0) : plainWeight.contiguous();
        int padding = kernel / 2;
        AreSame(
            Im2colConvolution.Forward(example.X, example.Weight, null, stride, padding, Activation.None),
            Im2colConvolution.Forward(plainX, plainWeight, null, stride, padding, Activation.None)
        );
        AreSame(
            Im2colConvolution.InputGradient(example.X, dy, example.Weight, stride, padding),
            Im2colConvolution.InputGradient(plainX, dy.contiguous(), plainWeight, stride, padding)
        );
        if (kernel == 1)
            return;
        // The gradient of a sum is one number, expanded with strides of zero.
        Tensor fromExpanded = Im2colConvolution.WeightGradient(plainX, ones(1).expand(dy.shape), plainWeight, stride, padding),
            fromFull = Im2colConvolution.WeightGradient(example.X, ones(dy.shape), example.Weight, stride, padding);
        AreSame(fromFull, fromExpanded);
        CollectionAssert.AreEqual(plainWeight.stride(), fromExpanded.stride());
        CollectionAssert.AreEqual(example.Weight.stride(), fromFull.stride());
    }

    [TestMethod]
    [DataRow(3, 2, Activation.Relu)]
    [DataRow(1, 1, Activation.Relu)]
    [DataRow(3, 2, Activation.Gelu)]
    [DataRow(1, 2, Activation.Silu)]
    public void Bias_and_activation_are_applied_in_one_go(int kernel, int stride, Activation activation)
    {
        using var example = new ConvolutionExample(4, 32, 40, 7, 7, kernel / 2, kernel, stride);
        Tensor activated = Im2colConvolution.Forward(example.X, example.Weight, example.Bias, stride, kernel / 2, activation);
        AssertClose(example.Output.Activated(activation), activated, "outputs");
        Assert.IsTrue(activated.permute(0, 2, 3, 1).is_contiguous());
    }

    [TestMethod]
    public void All_gradients_are_those_of_double_precision()
    {
        using var example = new ConvolutionExample(16, 64, 72, 11, 7, 1, 3, 2);
        Tensor[] leaves = [.. new[] { example.X, example.Weight, example.Bias }.Select(leaf => leaf.detach().requires_grad_())];
        Tensor output = ConvolutionFunction<Im2colConvolution>.Apply(leaves[0], leaves[1], leaves[2], 2, 1, Activation.None);
        AssertClose(example.Output, output, "output");
        output.backward([example.OutputGradient]);
        AssertClose(example.InputGradient, leaves[0].grad!, "input gradient");
        AssertClose(example.WeightGradient, leaves[1].grad!, "weight gradient");
        AssertClose(example.BiasGradient, leaves[2].grad!, "bias gradient");
    }

    [TestMethod]
    [DataRow(3, 64, 3, 2, 1, false, DisplayName = "three channels")]
    [DataRow(64, 44, 1, 1, 0, false, DisplayName = "44 outputs")]
    [DataRow(20, 64, 1, 1, 0, false, DisplayName = "20 inputs")]
    [DataRow(64, 64, 9, 1, 0, false, DisplayName = "a kernel larger than the map")]
    [DataRow(64, 64, 7, 4, 0, true)]
    public void What_is_supported_goes_by_the_shape(int inputs, int outputs, int kernel, int stride, int padding, bool expected) =>
        Assert.AreEqual(expected, Im2colConvolution.Supports(new ConvolutionShape(8, 8, 8, inputs, outputs, kernel, stride, padding)));

    [TestMethod]
    public void Shapes_that_do_not_go_together_are_refused()
    {
        using var scope = NewDisposeScope();
        Tensor x = randn(2, 32, 9, 9),
            weight = randn(64, 32, 3, 3);
        void Refused(Func<Tensor> kernel) => Assert.ThrowsExactly<ArgumentException>(() => kernel());
        Refused(() => Im2colConvolution.Forward(x, randn(64, 24, 3, 3), null, 2, 1, Activation.None));
        Refused(() => Im2colConvolution.Forward(x, randn(64, 32, 3, 1), null, 2, 1, Activation.None));
        Refused(() => Im2colConvolution.Forward(x, weight, randn(63), 2, 1, Activation.None));
        Refused(() => Im2colConvolution.Forward(x, weight, null, 0, 1, Activation.None));
        Refused(() => Im2colConvolution.Forward(x.to_type(ScalarType.Float64), weight, null, 2, 1, Activation.None));
        Refused(() => Im2colConvolution.InputGradient(x, randn(2, 64, 5, 4), weight, 2, 1));
        Refused(() => Im2colConvolution.WeightGradient(x, randn(2, 64, 9, 9), weight, 2, 1));
        var error = Assert.ThrowsExactly<ArgumentException>(() =>
            Im2colConvolution.Forward(randn(1, 3, 8, 8), randn(32, 3, 3, 3), null, 2, 1, Activation.None)
        );
        StringAssert.Contains(error.Message, "Inputs = 3");
    }

    private static void AreSame(Tensor expected, Tensor actual) => Assert.IsTrue(expected.equal(actual).all().item<bool>());

    private static void AgreesWithDirect(int batch, int inputs, int outputs, int height, int width, int kernel, int stride, int padding)
    {
        using var example = new ConvolutionExample(batch, inputs, outputs, height, width, padding, kernel, stride);
        (Tensor x, Tensor weight, Tensor dy) = (example.X, example.Weight, example.OutputGradient);
        AssertClose(example.Output, Im2colConvolution.Forward(x, weight, example.Bias, stride, padding, Activation.None), "outputs");
        AssertClose(example.InputGradient, Im2colConvolution.InputGradient(x, dy, weight, stride, padding), "input gradient");
        AssertClose(example.WeightGradient, Im2colConvolution.WeightGradient(x, dy, weight, stride, padding), "weight gradient");
    }
}
