using Padam.MLNet.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Kernels;

/// <summary>A random convolution with its outputs and gradients, computed directly and in double precision.</summary>
internal sealed class ConvolutionExample : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public ConvolutionExample(int batch, int inputs, int outputs, int height, int width, int padding = 1, int kernel = 3, int stride = 1)
    {
        manual_seed(1);
        (Stride, Padding) = (stride, padding);
        X = ChannelsLast(randn(batch, inputs, height, width));
        Weight = ChannelsLast(randn(outputs, inputs, kernel, kernel) / MathF.Sqrt(kernel * kernel * inputs));
        Bias = randn(outputs);
        Tensor x = X.to_type(ScalarType.Float64).requires_grad_(),
            weight = Weight.to_type(ScalarType.Float64).requires_grad_(),
            bias = Bias.to_type(ScalarType.Float64).requires_grad_();
        Output = nn.functional.conv2d(x, weight, bias, strides: [stride, stride], padding: [padding, padding]);
        OutputGradient = ChannelsLast(randn(Output.shape));
        Tensor[] gradients = autograd.grad([Output], [x, weight, bias], [OutputGradient.to_type(ScalarType.Float64)]).ToArray();
        (InputGradient, WeightGradient, BiasGradient) = (gradients[0], gradients[1], gradients[2]);
    }

    public int Stride { get; }

    public int Padding { get; }

    public Tensor X { get; }

    public Tensor Weight { get; }

    public Tensor Bias { get; }

    public Tensor Output { get; }

    public Tensor OutputGradient { get; }

    public Tensor InputGradient { get; }

    public Tensor WeightGradient { get; }

    public Tensor BiasGradient { get; }

    public static Tensor ChannelsLast(Tensor tensor) => tensor.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

    /// <summary>What is the same where all bits are.</summary>
    public static string Bytes(Tensor tensor) =>
        Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(tensor.contiguous().bytes));

    /// <summary>Fails unless every element lies within <paramref name="tolerance"/> of the expected one, relative to the largest.</summary>
    public static void AssertClose(Tensor expected, Tensor actual, string what, double tolerance = 1e-4)
    {
        CollectionAssert.AreEqual(expected.shape, actual.shape, what);
        double error = ((actual - expected).abs().max() / expected.abs().max()).to_type(ScalarType.Float64).item<double>();
        Assert.IsTrue(error < tolerance, $"{what}: relative error {error:E1}");
    }

    /// <summary>Skips the test on machines that the convolutions' kernels are not written for.</summary>
    public static void NeedRegisters()
    {
        if (!Registers.AreSupported)
            Assert.Inconclusive("This machine has no vector registers.");
    }

    public void Dispose() => _scope.Dispose();
}
