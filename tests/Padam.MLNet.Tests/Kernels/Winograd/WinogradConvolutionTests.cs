using Padam.MLNet.Kernels;
using Padam.MLNet.Layers;
using static Padam.MLNet.Tests.Kernels.ConvolutionExample;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Kernels;

[TestClass]
public sealed class WinogradConvolutionTests
{
    [TestInitialize]
    public void Need() => NeedRegisters();

    /// <summary>Every 3x3 convolution with stride 1 of the three networks but their first, as (batch, inputs, outputs, map).</summary>
    [TestMethod]
    [DataRow(2, 64, 64, 32, DisplayName = "VGG16 1, ResNet18 layer1, WRN-16-4 layer1")]
    [DataRow(2, 64, 128, 16, DisplayName = "VGG16 2a")]
    [DataRow(3, 128, 128, 16, DisplayName = "VGG16 2b, ResNet18 layer2, WRN-16-4 layer2")]
    [DataRow(2, 128, 256, 8, DisplayName = "VGG16 3a")]
    [DataRow(3, 256, 256, 8, DisplayName = "VGG16 3b, ResNet18 layer3, WRN-16-4 layer3")]
    [DataRow(3, 256, 512, 4, DisplayName = "VGG16 4a")]
    [DataRow(3, 512, 512, 4, DisplayName = "VGG16 4b, ResNet18 layer4")]
    [DataRow(3, 512, 512, 2, DisplayName = "VGG16 5")]
    public void Shapes_of_the_three_networks_agree_with_direct_convolution(int batch, int inputs, int outputs, int map) =>
        AgreesWithDirect(batch, inputs, outputs, map, map, 1);

    [TestMethod]
    [DataRow(1, 32, 32, 1, 1, 1)]
    [DataRow(2, 32, 64, 2, 2, 1)]
    [DataRow(2, 32, 32, 2, 5, 1)]
    [DataRow(3, 64, 32, 3, 3, 1)]
    [DataRow(3, 32, 96, 5, 7, 1)]
    [DataRow(5, 32, 32, 9, 4, 1)]
    [DataRow(2, 32, 64, 13, 6, 1)]
    [DataRow(1, 32, 32, 17, 31, 1)]
    [DataRow(2, 32, 32, 3, 3, 0)]
    [DataRow(2, 64, 32, 4, 4, 0)]
    [DataRow(3, 32, 32, 8, 8, 0)]
    [DataRow(2, 32, 64, 11, 7, 0)]
    [DataRow(2, 24, 64, 13, 31, 1)]
    [DataRow(3, 8, 40, 2, 2, 1)]
    [DataRow(9, 152, 8, 9, 6, 0)]
    [DataRow(1, 168, 48, 2, 9, 1)]
    public void Odd_sizes_and_no_padding_agree_with_direct_convolution(
        int batch,
        int inputs,
        int outputs,
        int height,
        int width,
        int padding
    ) => AgreesWithDirect(batch, inputs, outputs, height, width, padding);

    [TestMethod]
    [DataRow(10, 64, 64, 32, 30, DisplayName = "640 tiles: cut into parts, each ending with a partial chunk")]
    [DataRow(3, 256, 256, 28, 28, DisplayName = "147 tiles: two shared chunks, the second partial")]
    [DataRow(140, 64, 64, 4, 4, DisplayName = "140 tiles: one shared chunk")]
    public void Every_way_to_cut_the_work_agrees_with_direct_convolution(int batch, int inputs, int outputs, int height, int width) =>
        AgreesWithDirect(batch, inputs, outputs, height, width, 1);

    [TestMethod]
    public void Other_layouts_give_the_same_bits()
    {
        using var example = new ConvolutionExample(3, 32, 64, 6, 7);
        Tensor plainX = example.X.contiguous(),
            plainWeight = example.Weight.contiguous();
        Assert.IsTrue(
            WinogradConvolution
                .Forward(example.X, example.Weight)
                .equal(WinogradConvolution.Forward(plainX, plainWeight))
                .all()
                .item<bool>()
        );

        // The gradient of a sum is one number, expanded with strides of zero.
        Tensor expanded = ones(1).expand(example.Output.shape),
            full = ones(example.Output.shape);
        Tensor fromExpanded = WinogradConvolution.WeightGradient(example.X, expanded, example.Weight, 1),
            fromFull = WinogradConvolution.WeightGradient(plainX, full, plainWeight, 1);
        Assert.IsTrue(fromExpanded.equal(fromFull).all().item<bool>());
        CollectionAssert.AreEqual(example.Weight.stride(), fromExpanded.stride());
        CollectionAssert.AreEqual(plainWeight.stride(), fromFull.stride());
    }

    [TestMethod]
    [DataRow(2, Activation.Relu)]
    [DataRow(6, Activation.Relu)]
    [DataRow(2, Activation.Gelu)]
    [DataRow(6, Activation.Silu)]
    public void Bias_and_activation_are_applied_in_one_go(int map, Activation activation)
    {
        using var example = new ConvolutionExample(4, 32, 32, map, map);
        Tensor activated = WinogradConvolution.Forward(example.X, example.Weight, example.Bias, activation: activation);
        AssertClose(example.Output.Activated(activation), activated, "outputs");
    }

    [TestMethod]
    public void The_output_is_channels_last()
    {
        using var example = new ConvolutionExample(2, 32, 64, 5, 6);
        Assert.IsTrue(WinogradConvolution.Forward(example.X, example.Weight).permute(0, 2, 3, 1).is_contiguous());
    }

    [TestMethod]
    [DataRow(3, 64, 3, 1, 1, DisplayName = "three channels")]
    [DataRow(64, 44, 3, 1, 1, DisplayName = "44 outputs")]
    [DataRow(20, 64, 3, 1, 1, DisplayName = "20 inputs")]
    [DataRow(64, 64, 1, 1, 0, DisplayName = "1x1")]
    [DataRow(64, 64, 5, 1, 1, DisplayName = "5x5")]
    [DataRow(64, 64, 3, 2, 1, DisplayName = "stride 2")]
    [DataRow(64, 64, 3, 1, 2, DisplayName = "padding 2")]
    public void Other_convolutions_are_not_supported(int inputs, int outputs, int kernel, int stride, int padding) =>
        Assert.IsFalse(WinogradConvolution.Supports(new ConvolutionShape(8, 8, 8, inputs, outputs, kernel, stride, padding)));

    [TestMethod]
    public void What_is_not_supported_is_refused()
    {
        using var scope = NewDisposeScope();
        var error = Assert.ThrowsExactly<ArgumentException>(() => WinogradConvolution.Forward(randn(1, 3, 8, 8), randn(32, 3, 3, 3)));
        StringAssert.Contains(error.Message, "Inputs = 3");
        Assert.ThrowsExactly<ArgumentException>(() => WinogradConvolution.Forward(randn(1, 32, 8, 8), randn(32, 64, 3, 3)));
        Assert.ThrowsExactly<ArgumentException>(() =>
            WinogradConvolution.Forward(randn(1, 32, 8, 8).to_type(ScalarType.Float64), randn(32, 32, 3, 3))
        );
    }

    private static void AgreesWithDirect(int batch, int inputs, int outputs, int height, int width, int padding)
    {
        using var example = new ConvolutionExample(batch, inputs, outputs, height, width, padding);
        AssertClose(example.Output, WinogradConvolution.Forward(example.X, example.Weight, example.Bias, padding), "outputs");
        AssertClose(
            example.InputGradient,
            WinogradConvolution.InputGradient(example.OutputGradient, example.Weight, padding, height, width),
            "input gradient"
        );
        AssertClose(
            example.WeightGradient,
            WinogradConvolution.WeightGradient(example.X, example.OutputGradient, example.Weight, padding),
            "weight gradient"
        );
    }
}
