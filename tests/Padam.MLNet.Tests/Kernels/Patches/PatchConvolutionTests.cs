using Padam.MLNet.Kernels;
using Padam.MLNet.Layers;
using static Padam.MLNet.Tests.Kernels.ConvolutionExample;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Kernels;

[TestClass]
[DoNotParallelize] // Torch's generator and threads are the process's.
public sealed class PatchConvolutionTests
{
    [TestInitialize]
    public void Need() => NeedRegisters();

    [TestMethod]
    [DataRow(3, 64, 3, 1, 1, true, DisplayName = "the first layer of the paper's networks")]
    [DataRow(1, 32, 5, 2, 2, true)]
    [DataRow(32, 32, 1, 1, 0, false)]
    [DataRow(3, 24, 2, 1, 0, true, DisplayName = "the whitening layer of airbench94")]
    [DataRow(3, 20, 3, 1, 1, false, DisplayName = "no multiple of 8 outputs")]
    [DataRow(3, 64, 7, 2, 3, false, DisplayName = "more than 32 numbers under the kernel")]
    public void The_rule_goes_by_the_numbers_under_the_kernel(int inputs, int outputs, int kernel, int stride, int padding, bool expected)
    {
        using var scope = NewDisposeScope();
        Tensor x = randn(2, inputs, 9, 9),
            weight = randn(outputs, inputs, kernel, kernel);
        Assert.AreEqual(expected, Convolution2d.UsesPatches(ConvolutionAlgorithm.Auto, x, weight, stride, padding));
        Assert.IsFalse(Convolution2d.UsesPatches(ConvolutionAlgorithm.Direct, x, weight, stride, padding));
    }

    [TestMethod]
    public void All_gradients_are_those_of_double_precision()
    {
        using var example = new ConvolutionExample(5, 3, 64, 11, 7);
        Tensor[] leaves = [.. new[] { example.X, example.Weight, example.Bias }.Select(leaf => leaf.detach().requires_grad_())];
        Tensor output = Convolution2d.Apply(leaves[0], leaves[1], leaves[2]);
        AssertClose(example.Output, output, "output");
        output.backward([example.OutputGradient]);
        AssertClose(example.InputGradient, leaves[0].grad!, "input gradient");
        AssertClose(example.WeightGradient, leaves[1].grad!, "weight gradient");
        AssertClose(example.BiasGradient, leaves[2].grad!, "bias gradient");
    }

    [TestMethod]
    public void Any_number_of_threads_gives_the_same_bits()
    {
        using var example = new ConvolutionExample(9, 3, 64, 19, 17);
        int threads = get_num_threads();
        try
        {
            (Tensor Output, Tensor Gradient)[] results =
            [
                .. new[] { 1, 2, 3 }.Select(count =>
                {
                    set_num_threads(count);
                    return (
                        PatchConvolution.Forward(example.X, example.Weight, example.Bias, 1, 1, activation: Activation.Relu),
                        PatchConvolution.WeightGradient(example.X, example.OutputGradient, example.Weight, 1, 1)
                    );
                }),
            ];
            foreach ((Tensor output, Tensor gradient) in results[1..])
            {
                Assert.IsTrue(output.equal(results[0].Output).all().item<bool>());
                Assert.IsTrue(gradient.equal(results[0].Gradient).all().item<bool>());
            }
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    [TestMethod]
    public void Shapes_that_do_not_go_together_are_refused()
    {
        using var scope = NewDisposeScope();
        Tensor x = randn(2, 3, 9, 9),
            weight = randn(32, 3, 3, 3);
        Assert.ThrowsExactly<ArgumentException>(() =>
            PatchConvolution.Forward(x, randn(32, 2, 3, 3), null, 1, 1, activation: Activation.None)
        );
        Assert.ThrowsExactly<ArgumentException>(() => PatchConvolution.Forward(x, weight, randn(31), 1, 1, activation: Activation.None));
        Assert.ThrowsExactly<ArgumentException>(() =>
            PatchConvolution.Forward(x, randn(31, 3, 3, 3), null, 1, 1, activation: Activation.None)
        );
        Assert.ThrowsExactly<ArgumentException>(() => PatchConvolution.WeightGradient(x, randn(2, 32, 9, 8), weight, 1, 1));
    }

    [TestMethod]
    public void The_gradient_penalty_is_that_of_libtorch()
    {
        using var scope = NewDisposeScope();
        manual_seed(41);
        Tensor x = ChannelsLast(randn(2, 3, 6, 5)),
            weight = randn(32, 3, 3, 3) / 5;
        AssertClose(
            Penalty(x, weight, (input, filters) => nn.functional.conv2d(input, filters, padding: [1, 1])),
            Penalty(
                x,
                weight,
                (input, filters) => ConvolutionFunction<PatchConvolution>.Apply(input, filters, null, 1, 1, Activation.None)
            ),
            "second derivative"
        );
    }

    private static Tensor Penalty(Tensor x, Tensor weight, Func<Tensor, Tensor, Tensor> convolve)
    {
        (Tensor input, Tensor filters) = (x.detach().requires_grad_(), weight.detach().requires_grad_());
        Tensor first = autograd.grad([convolve(input, filters).pow(3).mean()], [input], retain_graph: true, create_graph: true)[0];
        return autograd.grad([(first * 100).pow(2).sum()], [filters])[0];
    }
}
