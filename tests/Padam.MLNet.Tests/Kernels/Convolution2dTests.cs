using Padam.MLNet.Kernels;
using Padam.MLNet.Layers;
using static Padam.MLNet.Tests.Kernels.ConvolutionExample;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Kernels;

[TestClass]
public sealed class Convolution2dTests
{
    [TestMethod]
    [DataRow(128, 64, 32, true)]
    [DataRow(128, 512, 4, true)]
    [DataRow(128, 512, 2, true)]
    [DataRow(1, 64, 32, true)]
    [DataRow(32, 64, 7, true)]
    [DataRow(128, 24, 16, true)]
    [DataRow(128, 16, 32, false, DisplayName = "too few channels")]
    [DataRow(1, 512, 4, false, DisplayName = "too few tiles")]
    [DataRow(128, 64, 5, false, DisplayName = "5x5 in tiles of 8x8")]
    [DataRow(128, 64, 1, false, DisplayName = "1x1 in a tile of 4x4")]
    public void The_rule_takes_Winograd_where_it_was_measured_to_be_quicker(int batch, int channels, int map, bool expected) =>
        Assert.AreEqual(expected, Convolution2d.IsQuickerByWinograd(new ConvolutionShape(batch, map, map, channels, channels)));

    [TestMethod]
    [DataRow(ConvolutionAlgorithm.Auto, 8, 16, true)]
    [DataRow(ConvolutionAlgorithm.Auto, 1, 8, false)]
    [DataRow(ConvolutionAlgorithm.Winograd, 1, 8, true)]
    [DataRow(ConvolutionAlgorithm.Direct, 8, 16, false)]
    public void The_setting_decides(ConvolutionAlgorithm algorithm, int batch, int map, bool winograd)
    {
        using var example = new ConvolutionExample(batch, 32, 32, map, map);
        Assert.AreEqual(winograd && Registers.AreSupported, Convolution2d.UsesWinograd(algorithm, example.X, example.Weight, 1, 1));
        AssertClose(
            example.Output.relu(),
            Convolution2d.Apply(example.X, example.Weight, example.Bias, activation: Activation.Relu, algorithm: algorithm),
            "outputs"
        );
    }

    [TestMethod]
    [DataRow(64, 128, 32, 3, 2, 1, true, DisplayName = "down-sampling of ResNet18 and WRN-16-4")]
    [DataRow(64, 128, 32, 1, 2, 0, true, DisplayName = "their shortcuts")]
    [DataRow(16, 64, 32, 1, 1, 0, true, DisplayName = "the first shortcut of WRN-16-4")]
    [DataRow(256, 64, 56, 1, 1, 0, true, DisplayName = "a bottleneck")]
    [DataRow(64, 128, 2, 1, 1, 0, false, DisplayName = "few outputs")]
    [DataRow(32, 64, 32, 3, 2, 1, false, DisplayName = "3x3 of few channels")]
    [DataRow(32, 32, 32, 1, 1, 0, false, DisplayName = "1x1 of few channels")]
    [DataRow(8, 64, 32, 1, 2, 0, false, DisplayName = "1x1 of very few channels")]
    [DataRow(64, 64, 16, 3, 1, 1, false, DisplayName = "3x3 of stride 1")]
    [DataRow(64, 64, 16, 5, 2, 2, false, DisplayName = "5x5")]
    [DataRow(20, 64, 16, 1, 1, 0, false, DisplayName = "no multiple of 8 inputs")]
    public void The_rule_takes_im2col_for_1x1_and_for_stride_2(
        int inputs,
        int outputs,
        int map,
        int kernel,
        int stride,
        int padding,
        bool expected
    )
    {
        using var scope = NewDisposeScope();
        Tensor x = randn(8, inputs, map, map),
            weight = randn(outputs, inputs, kernel, kernel);
        bool Uses(ConvolutionAlgorithm algorithm) => Convolution2d.UsesIm2col(algorithm, x, weight, stride, padding);
        Assert.AreEqual(expected && Registers.AreSupported, Uses(ConvolutionAlgorithm.Auto));
        Assert.AreEqual(expected && Registers.AreSupported, Uses(ConvolutionAlgorithm.Winograd));
        Assert.IsFalse(Uses(ConvolutionAlgorithm.Direct));
    }

    [TestMethod]
    public void What_no_kernel_takes_is_computed_directly()
    {
        using var scope = NewDisposeScope();
        Tensor x = randn(8, 64, 16, 16),
            weight = randn(64, 64, 3, 3),
            large = randn(64, 64, 5, 5);
        foreach (
            (Tensor input, Tensor filter, int stride, int padding) in new[]
            {
                (x, weight, 3, 1),
                (x, large, 1, 2),
                (x.to_type(ScalarType.Float64), weight.to_type(ScalarType.Float64), 1, 1),
                (x[.., ..3], weight[.., ..3], 1, 1),
            }
        )
        {
            Tensor expected = nn.functional.conv2d(input, filter, strides: [stride, stride], padding: [padding, padding]);
            AssertClose(
                expected,
                Convolution2d.Apply(input, filter, stride: stride, padding: padding, algorithm: ConvolutionAlgorithm.Winograd),
                $"{filter}",
                1e-6
            );
        }
    }
}
