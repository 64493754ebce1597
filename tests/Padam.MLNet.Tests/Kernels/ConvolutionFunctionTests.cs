using Padam.MLNet.Kernels;
using Padam.MLNet.Layers;
using static Padam.MLNet.Tests.Kernels.ConvolutionExample;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Kernels;

[TestClass]
public sealed class ConvolutionFunctionTests
{
    [TestInitialize]
    public void Need() => NeedRegisters();

    [TestMethod]
    public void Gradients_flow_through_a_residual_chain_as_through_direct_convolutions()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        Tensor x = ChannelsLast(randn(4, 32, 8, 8)),
            first = randn(64, 32, 3, 3) / 17,
            second = randn(64, 64, 3, 3) / 24,
            bias = randn(64);

        Tensor[] Gradients(Func<Tensor, Tensor, Tensor?, Tensor> convolve)
        {
            Tensor[] leaves = [.. new[] { x, first, second, bias }.Select(t => t.detach().requires_grad_())];
            Tensor hidden = nn.functional.relu(convolve(leaves[0], leaves[1], leaves[3]));
            (convolve(hidden, leaves[2], null) + hidden).relu_().pow(2).mean().backward();
            return [.. leaves.Select(t => t.grad!)];
        }

        Tensor[] direct = Gradients((x, w, b) => nn.functional.conv2d(x, w, b, padding: [1, 1])),
            winograd = Gradients((x, w, b) => WinogradConvolution.Apply(x, w, b));
        for (int i = 0; i < direct.Length; i++)
            AssertClose(direct[i], winograd[i], $"gradient {i}");
    }

    /// <summary>A residual block that halves the map: 3x3 and 1x1 with stride 2 of one input, added.</summary>
    [TestMethod]
    public void Gradients_flow_through_a_block_that_halves_the_map_as_through_direct_convolutions()
    {
        using var scope = NewDisposeScope();
        manual_seed(4);
        Tensor x = ChannelsLast(randn(4, 32, 9, 8)),
            weight = randn(64, 32, 3, 3) / 17,
            bias = randn(64),
            shortcut = randn(64, 32, 1, 1) / 6;

        Tensor[] Gradients(Func<Tensor, Tensor, Tensor?, int, Tensor> convolve)
        {
            Tensor[] leaves = [.. new[] { x, weight, bias, shortcut }.Select(t => t.detach().requires_grad_())];
            Tensor halved = convolve(leaves[0], leaves[1], leaves[2], 1) + convolve(leaves[0], leaves[3], null, 0);
            halved.relu().pow(2).mean().backward();
            return [.. leaves.Select(t => t.grad!)];
        }

        Tensor[] direct = Gradients((x, w, b, padding) => nn.functional.conv2d(x, w, b, strides: [2, 2], padding: [padding, padding])),
            ours = Gradients((x, w, b, padding) => ConvolutionFunction<Im2colConvolution>.Apply(x, w, b, 2, padding, Activation.None));
        for (int i = 0; i < direct.Length; i++)
            AssertClose(direct[i], ours[i], $"gradient {i}");
    }

    [TestMethod]
    public void Only_what_needs_a_gradient_gets_one()
    {
        using var example = new ConvolutionExample(2, 32, 32, 5, 5);
        Tensor weight = example.Weight.detach().requires_grad_();
        WinogradConvolution.Apply(example.X, weight, example.Bias).backward([example.OutputGradient]);
        AssertClose(example.WeightGradient, weight.grad!, "weight");

        Tensor x = example.X.detach().requires_grad_(),
            bias = example.Bias.detach().requires_grad_();
        WinogradConvolution.Apply(x, example.Weight, bias).backward([example.OutputGradient]);
        AssertClose(example.InputGradient, x.grad!, "input");
        AssertClose(example.BiasGradient, bias.grad!, "bias");

        Assert.IsFalse(WinogradConvolution.Apply(example.X, example.Weight).requires_grad);
        using var _ = no_grad();
        Assert.IsFalse(WinogradConvolution.Apply(example.X, weight).requires_grad);
    }

    [TestMethod]
    public void A_graph_that_is_retained_can_be_walked_twice()
    {
        using var example = new ConvolutionExample(2, 32, 32, 5, 5);
        Tensor weight = example.Weight.detach().requires_grad_(),
            y = WinogradConvolution.Apply(example.X, weight, activation: Activation.Relu);
        y.sum().backward(retain_graph: true);
        Tensor once = weight.grad!.clone();
        y.sum().backward();
        AssertClose(2 * once, weight.grad!, "weight", 1e-6);
    }

    [TestMethod]
    public void No_tensor_outlives_the_training_step()
    {
        using var example = new ConvolutionExample(2, 32, 32, 6, 6);
        Tensor weight = example.Weight.detach().requires_grad_();
        void Step()
        {
            using var scope = NewDisposeScope();
            Tensor y = WinogradConvolution.Apply(WinogradConvolution.Apply(example.X, weight), weight);
            y.sum().backward();
        }

        Step();
        long before = Tensor.TotalCount;
        for (int i = 0; i < 5; i++)
            Step();
        Assert.AreEqual(before, Tensor.TotalCount);
    }

    [TestMethod]
    public void Only_the_output_stays_in_the_callers_scope()
    {
        using var example = new ConvolutionExample(2, 32, 32, 6, 6);
        Tensor weight = example.Weight.detach().requires_grad_();
        using var scope = NewDisposeScope();
        using Tensor y = WinogradConvolution.Apply(example.X, weight, example.Bias);
        Assert.AreEqual(1, scope.DisposablesCount);
    }
}
