using Padam.MLNet.Kernels;
using static Padam.MLNet.Tests.Kernels.ConvolutionExample;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Kernels;

[TestClass]
public sealed class LibtorchConvolutionTests
{
    [TestMethod]
    [DataRow(1, 256, 512, 14, 2, DisplayName = "other numbers by oneDNN where the sizes of caches are not told")]
    [DataRow(1, 512, 512, 7, 2, DisplayName = "the same")]
    [DataRow(1, 256, 1024, 14, 1, DisplayName = "a division by zero by oneDNN there")]
    [DataRow(2, 64, 128, 9, 3, DisplayName = "stride 3")]
    [DataRow(6, 3, 8, 5, 1, DisplayName = "few channels")]
    public void One_by_one_convolutions_of_any_shape_have_the_values_and_gradients_of_double_precision(
        int batch,
        int inputs,
        int outputs,
        int map,
        int stride
    )
    {
        using var example = new ConvolutionExample(batch, inputs, outputs, map, map, padding: 0, kernel: 1, stride);
        using var scope = NewDisposeScope();
        foreach (bool channelsLast in new[] { true, false })
        {
            Tensor x = (channelsLast ? example.X : example.X.contiguous()).detach().requires_grad_(),
                weight = example.Weight.detach().requires_grad_(),
                bias = example.Bias.detach().requires_grad_(),
                y = LibtorchConvolution.Apply(x, weight, bias, stride, padding: 0);
            AssertClose(example.Output, y, "outputs", 1e-5);
            Assert.IsTrue(y.permute(0, 2, 3, 1).is_contiguous(), "in channels-last layout");
            Tensor[] gradients = autograd.grad([y], [x, weight, bias], [example.OutputGradient]).ToArray();
            AssertClose(example.InputGradient, gradients[0], "gradient of the input", 1e-5);
            AssertClose(example.WeightGradient, gradients[1], "gradient of the filters", 1e-5);
            AssertClose(example.BiasGradient, gradients[2], "gradient of the bias", 1e-5);
        }
    }

    [TestMethod]
    public void In_bfloat16_they_are_as_exact_as_it_is()
    {
        using var example = new ConvolutionExample(1, 256, 512, 14, 14, padding: 0, kernel: 1, stride: 2);
        using var scope = NewDisposeScope();
        Tensor y = LibtorchConvolution.Apply(
            example.X.to_type(ScalarType.BFloat16),
            example.Weight.to_type(ScalarType.BFloat16),
            example.Bias.to_type(ScalarType.BFloat16),
            stride: 2,
            padding: 0
        );
        Assert.AreEqual(ScalarType.BFloat16, y.dtype);
        AssertClose(example.Output, y, "outputs", 2e-2);
    }

    [TestMethod]
    [DataRow(1, 1, DisplayName = "1x1 with a border")]
    [DataRow(3, 1)]
    [DataRow(5, 2)]
    public void All_others_are_those_of_libtorch(int kernel, int padding)
    {
        using var example = new ConvolutionExample(2, 8, 8, 9, 9, padding, kernel, stride: 2);
        using var scope = NewDisposeScope();
        AssertClose(example.Output, LibtorchConvolution.Apply(example.X, example.Weight, example.Bias, 2, padding), "outputs", 1e-5);
        Tensor image = example.X[0];
        AssertClose(example.Output[0], LibtorchConvolution.Apply(image, example.Weight, example.Bias, 2, padding), "one image", 1e-5);
    }

    [TestMethod]
    public void An_image_without_its_batch_is_taken_too()
    {
        using var example = new ConvolutionExample(1, 8, 8, 9, 9, padding: 0, kernel: 1);
        using var scope = NewDisposeScope();
        AssertClose(example.Output[0], LibtorchConvolution.Apply(example.X[0], example.Weight, example.Bias, 1, 0), "outputs", 1e-5);
    }
}
