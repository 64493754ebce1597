using Padam.MLNet.Kernels;
using Padam.MLNet.Layers;
using static Padam.MLNet.Tests.Kernels.ConvolutionExample;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Kernels;

/// <summary>A gradient penalty: the gradient of a gradient's norm, through the kernels and through libtorch's operators.</summary>
[TestClass]
[DoNotParallelize] // Torch's generator is the process's.
public sealed class SecondDerivativeTests
{
    private const double Epsilon = 1e-5;

    [TestMethod]
    [DataRow(6, 7)]
    [DataRow(2, 2)]
    public void The_gradient_penalty_of_a_convolution_is_that_of_libtorch(int height, int width)
    {
        NeedRegisters();
        using var scope = NewDisposeScope();
        manual_seed(21);
        Tensor[] arguments = [ChannelsLast(randn(4, 32, height, width)), randn(64, 32, 3, 3) / 17, randn(64)];
        AreClose(
            Penalty(arguments, a => nn.functional.conv2d(a[0], a[1], a[2], padding: [1, 1])),
            Penalty(arguments, a => WinogradConvolution.Apply(a[0], a[1], a[2]))
        );
    }

    [TestMethod]
    [DataRow(1, 1)]
    [DataRow(1, 2)]
    [DataRow(3, 2)]
    public void The_gradient_penalty_of_a_strided_convolution_is_that_of_libtorch(int kernel, int stride)
    {
        NeedRegisters();
        using var scope = NewDisposeScope();
        manual_seed(24);
        int padding = kernel / 2;
        Tensor[] arguments = [ChannelsLast(randn(4, 32, 6, 7)), randn(64, 32, kernel, kernel) / (6 * kernel), randn(64)];
        AreClose(
            Penalty(arguments, a => nn.functional.conv2d(a[0], a[1], a[2], strides: [stride, stride], padding: [padding, padding])),
            Penalty(arguments, a => ConvolutionFunction<Im2colConvolution>.Apply(a[0], a[1], a[2], stride, padding, Activation.None))
        );
    }

    [TestMethod]
    [DataRow(Activation.None)]
    [DataRow(Activation.Relu)]
    [DataRow(Activation.Gelu)]
    [DataRow(Activation.Silu)]
    public void The_gradient_penalty_of_a_batch_normalisation_is_that_of_libtorch(Activation activation)
    {
        using var scope = NewDisposeScope();
        manual_seed(22);
        Tensor x = ChannelsLast(randn(4, 32, 5, 6));
        Tensor[] arguments = [x, rand(32) + 0.5, randn(32), ChannelsLast(randn(x.shape))];
        AreClose(
            Penalty(
                arguments,
                a =>
                {
                    Tensor y = nn.functional.batch_norm(a[0], null, null, a[1], a[2], training: true, eps: Epsilon) + a[3];
                    return y.Activated(activation);
                }
            ),
            Penalty(arguments, a => BatchNormalization.Apply(a[0], a[1], a[2], a[3], activation, Epsilon).Output)
        );
    }

    [TestMethod]
    public void Where_one_input_comes_from_another_the_way_between_them_counts_once()
    {
        NeedRegisters();
        using var scope = NewDisposeScope();
        manual_seed(24);
        // A residual block: the normalised map was computed from what is added to it. And a layer that is used twice.
        Tensor[] arguments = [ChannelsLast(randn(4, 32, 6, 6)), randn(32, 32, 3, 3) / 17, rand(32) + 0.5, randn(32)];
        Tensor Block(Tensor[] a, Func<Tensor, Tensor, Tensor> convolution, Func<Tensor, Tensor?, Tensor> normalization)
        {
            Tensor begin = normalization(convolution(a[0], a[1]), null);
            return normalization(convolution(begin, a[1]), begin);
        }

        Tensor ByOperators(Tensor[] a) =>
            Block(
                a,
                (x, w) => nn.functional.conv2d(x, w, padding: [1, 1]),
                (x, residual) =>
                {
                    Tensor y = nn.functional.batch_norm(x, null, null, a[2], a[3], training: true, eps: Epsilon);
                    return (residual is null ? y : y + residual).relu();
                }
            );
        Tensor ByKernels(Tensor[] a) =>
            Block(
                a,
                (x, w) => WinogradConvolution.Apply(x, w),
                (x, residual) => BatchNormalization.Apply(x, a[2], a[3], residual, Activation.Relu, Epsilon).Output
            );

        AreClose(First(arguments, ByOperators), First(arguments, ByKernels));
        AreClose(Penalty(arguments, ByOperators), Penalty(arguments, ByKernels));

        // The first derivatives, as create_graph computes them.
        static Tensor[] First(Tensor[] arguments, Func<Tensor[], Tensor> function)
        {
            Tensor[] leaves = [.. arguments.Select(argument => argument.detach().requires_grad_())];
            Tensor[] gradients = [.. autograd.grad([function(leaves).pow(3).mean() * 100], leaves, retain_graph: true, create_graph: true)];
            BackwardPass.ThrowIfFailed();
            return gradients;
        }
    }

    [TestMethod]
    public void Finite_differences_agree()
    {
        NeedRegisters();
        using var scope = NewDisposeScope();
        manual_seed(23);
        Tensor x = ChannelsLast(randn(2, 32, 4, 4)),
            weight = randn(32, 32, 3, 3) / 17,
            direction = randn(weight.shape);
        // The third power of the output, so that the penalty depends on the weight by more than the last layer.
        Tensor Value(Tensor w)
        {
            Tensor input = x.detach().requires_grad_();
            Tensor y = BatchNormalization
                .Apply(WinogradConvolution.Apply(input, w), ones(32), zeros(32), null, Activation.None, Epsilon)
                .Output;
            return autograd.grad([y.pow(3).mean()], [input], retain_graph: true, create_graph: true)[0].pow(2).sum() * 1e4;
        }

        Tensor leaf = weight.detach().requires_grad_();
        double slope = (autograd.grad([Value(leaf)], [leaf])[0] * direction).sum().item<float>();
        const double step = 1e-3;
        double difference = (
            (Value((weight + step * direction).requires_grad_()) - Value((weight - step * direction).requires_grad_())) / (2 * step)
        ).item<float>();
        Assert.AreEqual(difference, slope, 0.02 * Math.Abs(difference));
    }

    [TestMethod]
    public void First_derivatives_are_still_those_of_the_kernels()
    {
        NeedRegisters();
        using var example = new ConvolutionExample(2, 32, 32, 5, 5);
        Tensor weight = example.Weight.detach().requires_grad_();
        WinogradConvolution.Apply(example.X, weight).backward([example.OutputGradient]);
        Tensor kernels = WinogradConvolution.WeightGradient(example.X, example.OutputGradient, example.Weight, 1);
        Assert.IsTrue(kernels.equal(weight.grad!).all().item<bool>());
    }

    /// <summary>The gradients of |dy^3/dx|^2 for all arguments.</summary>
    private static Tensor[] Penalty(Tensor[] arguments, Func<Tensor[], Tensor> function)
    {
        Tensor[] leaves = [.. arguments.Select(argument => argument.detach().requires_grad_())];
        Tensor first = autograd.grad([function(leaves).pow(3).mean()], [leaves[0]], retain_graph: true, create_graph: true)[0];
        (first * 100).pow(2).sum().backward();
        return [.. leaves.Select(leaf => leaf.grad!)];
    }

    private static void AreClose(Tensor[] expected, Tensor[] actual)
    {
        for (int i = 0; i < expected.Length; i++)
            AssertClose(expected[i], actual[i], $"second derivative {i}");
    }
}
