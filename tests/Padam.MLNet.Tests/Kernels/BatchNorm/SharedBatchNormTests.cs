using Padam.MLNet.Kernels;
using Padam.MLNet.Layers;
using Padam.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Kernels.BatchNorm;

/// <summary>A batch that ranks share, normalised by the statistics of all of it.</summary>
[TestClass]
public sealed class SharedBatchNormTests
{
    private const double Epsilon = 1e-5;

    [TestMethod]
    [DataRow(1, Activation.None, 0.0)]
    [DataRow(2, Activation.Relu, 0.0)]
    [DataRow(3, Activation.Silu, 0.0)]
    // A mean a thousand deviations away.
    [DataRow(3, Activation.Relu, 1000.0)]
    public void Shares_have_the_output_and_the_gradients_of_the_whole(int size, Activation activation, double mean)
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(3);
        Tensor Drawn(params long[] shape) => randn(shape, generator: generator);
        using Scalar shift = Scalars.Of(mean);
        (Tensor x, Tensor weight, Tensor bias, Tensor dy) = (Drawn(7, 16, 3, 3).add(shift), Drawn(16), Drawn(16), Drawn(7, 16, 3, 3));
        BatchStatistics statistics = BatchNormalization.Statistics(x, Epsilon);
        Tensor y = BatchNormalization.Forward(x, weight, bias, null, activation, statistics);
        BatchNormGradients gradients = BatchNormalization.Backward(dy, x, weight, bias, null, activation, statistics);

        Share[] shares = ThreadRanks.Run(
            size,
            ranks =>
            {
                using DisposeScope own = NewDisposeScope();
                (int start, int count) = (ranks.Rank * 7 / size, ((ranks.Rank + 1) * 7 / size) - (ranks.Rank * 7 / size));
                (Tensor part, Tensor outer) = (x.narrow(0, start, count), dy.narrow(0, start, count));
                BatchStatistics shared = BatchNormalization.Statistics(part, Epsilon, sums => ranks.Sum(sums));
                BatchNormGradients back = BatchNormalization.Backward(outer, part, weight, bias, null, activation, shared);
                var share = new Share(
                    shared,
                    BatchNormalization.Forward(part, weight, bias, null, activation, shared),
                    back.Input,
                    back.Weight,
                    back.Bias
                );
                own.Detach(share.Output, share.Input, share.Weight, share.Bias);
                return share;
            }
        );

        Assert.AreEqual(63L, shares[0].Statistics.Count);
        for (int c = 0; c < 16; c++)
        {
            Assert.AreEqual(statistics.Mean[c], shares[^1].Statistics.Mean[c], 1e-6 * (1 + Math.Abs(mean)));
            Assert.AreEqual(statistics.Variance[c], shares[^1].Statistics.Variance[c], 1e-5);
        }

        AreClose(y, cat([.. shares.Select(share => share.Output)]), "output");
        AreClose(gradients.Input, cat([.. shares.Select(share => share.Input)]), "gradient of the input");
        AreClose(gradients.Weight, stack([.. shares.Select(share => share.Weight)]).sum([0L]), "gradient of the weight");
        AreClose(gradients.Bias, stack([.. shares.Select(share => share.Bias)]).sum([0L]), "gradient of the bias");
    }

    [TestMethod]
    public void A_second_derivative_is_refused_since_it_would_be_that_of_the_share()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = randn([4, 16, 2, 2], requires_grad: true);
        Tensor y = BatchNormalization.Apply(x, ones(16), zeros(16), null, Activation.None, Epsilon, sums => { }).Output;
        autograd.grad([y.sum()], [x], create_graph: true, allow_unused: true);
        StringAssert.Contains(Assert.Throws<NotSupportedException>(BackwardPass.ThrowIfFailed).Message, "no second derivative");
    }

    private static void AreClose(Tensor expected, Tensor actual, string what)
    {
        double apart = (expected - actual).abs().max().item<float>();
        Assert.IsLessThan(2e-4, apart / Math.Max(1, expected.abs().max().item<float>()), what);
    }

    private sealed record Share(BatchStatistics Statistics, Tensor Output, Tensor Input, Tensor Weight, Tensor Bias);
}
