using Padam.MLNet.Kernels;
using static Padam.MLNet.Tests.Kernels.ConvolutionExample;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Kernels;

[TestClass]
[DoNotParallelize] // Torch's generator is the process's.
public sealed class MaxPoolingTests
{
    // Few values: nearly every square has ties, zeros of both signs, infinities or several NaNs.
    private static readonly float[] Values = [0f, -0f, 1, -1, 2, float.NaN, -float.NaN, float.PositiveInfinity, float.NegativeInfinity];

    [TestMethod]
    [DataRow(16, 8, 8)]
    [DataRow(8, 7, 5)]
    [DataRow(48, 2, 3)]
    [DataRow(64, 3, 2)]
    public void Values_and_gradients_are_libtorchs_to_the_bit_where_values_tie_or_are_no_numbers(int channels, int height, int width)
    {
        using var scope = NewDisposeScope();
        var random = new Random(channels + height);
        float[] numbers = [.. Enumerable.Range(0, 6 * channels * height * width).Select(_ => Values[random.Next(Values.Length)])];
        Tensor x = ChannelsLast(tensor(numbers, [6, channels, height, width]));
        Tensor ours = x.detach().requires_grad_(),
            theirs = x.detach().requires_grad_();
        Tensor actual = MaxPooling.Apply(ours),
            expected = MaxPooling.ByOperators(theirs);
        Assert.IsTrue(MaxPooling.Supports(x));
        AssertSameBits(expected, actual);

        float[] some = [.. Enumerable.Range(0, (int)expected.numel()).Select(_ => Values[random.Next(Values.Length)])];
        Tensor gradient = tensor(some, expected.shape);
        actual.backward([gradient]);
        expected.backward([gradient]);
        AssertSameBits(theirs.grad!, ours.grad!);
    }

    [TestMethod]
    public void Maps_that_the_kernels_do_not_take_are_pooled_by_libtorch()
    {
        using var scope = NewDisposeScope();
        foreach (Tensor x in new[] { randn(2, 16, 6, 6), ChannelsLast(randn(2, 5, 6, 6)), ChannelsLast(randn(2, 16, 6, 6)).to(float64) })
        {
            Assert.IsFalse(MaxPooling.Supports(x));
            Assert.IsTrue(MaxPooling.Apply(x).equal(MaxPooling.ByOperators(x)).all().item<bool>());
            Assert.ThrowsExactly<ArgumentException>(() => MaxPooling.Forward(x));
        }
    }

    [TestMethod]
    public void A_gradient_of_another_shape_is_refused()
    {
        using var scope = NewDisposeScope();
        Tensor x = ChannelsLast(randn(2, 16, 6, 6));
        Assert.ThrowsExactly<ArgumentException>(() => MaxPooling.Backward(randn(2, 16, 3, 2), x));
    }

    [TestMethod]
    public void The_gradient_can_be_differentiated_again()
    {
        using var scope = NewDisposeScope();
        manual_seed(31);
        Tensor x = ChannelsLast(randn(2, 16, 6, 6));
        AssertClose(Penalty(x, MaxPooling.ByOperators), Penalty(x, MaxPooling.Apply), "second derivative");
    }

    private static Tensor Penalty(Tensor x, Func<Tensor, Tensor> pool)
    {
        Tensor leaf = x.detach().requires_grad_();
        Tensor first = autograd.grad([pool(leaf).pow(3).sum()], [leaf], retain_graph: true, create_graph: true)[0];
        return autograd.grad([first.pow(2).sum()], [leaf])[0];
    }

    private static void AssertSameBits(Tensor expected, Tensor actual)
    {
        CollectionAssert.AreEqual(expected.shape, actual.shape);
        CollectionAssert.AreEqual(
            expected.detach().contiguous().data<float>().Select(BitConverter.SingleToInt32Bits).ToArray(),
            actual.detach().contiguous().data<float>().Select(BitConverter.SingleToInt32Bits).ToArray()
        );
    }
}
