using Padam.MLNet.Kernels;
using Padam.MLNet.Layers;
using static Padam.MLNet.Tests.Kernels.ConvolutionExample;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Kernels;

[TestClass]
[DoNotParallelize] // The number of threads is the process's.
public sealed class BatchNormalizationTests
{
    private const double Epsilon = 1e-5;
    private readonly int _threads = get_num_threads();

    [TestCleanup]
    public void RestoreThreads() => set_num_threads(_threads);

    [TestMethod]
    [DataRow(2, 16, 3, 5, Activation.Relu, false)]
    [DataRow(7, 64, 9, 7, Activation.Gelu, true)]
    [DataRow(5, 48, 4, 4, Activation.None, true)]
    [DataRow(128, 512, 2, 2, Activation.Silu, false)]
    [DataRow(3, 512, 1, 1, Activation.Gelu, false)]
    [DataRow(40, 64, 32, 32, Activation.Relu, true)]
    [DataRow(6, 24, 7, 5, Activation.Silu, true)]
    public void Output_and_gradients_are_those_of_the_operators_one_by_one(
        int batch,
        int channels,
        int height,
        int width,
        Activation activation,
        bool hasResidual
    )
    {
        using var scope = NewDisposeScope();
        manual_seed(11);
        Tensor x = ChannelsLast(randn(batch, channels, height, width) * 3 + 2),
            residual = ChannelsLast(randn(x.shape)),
            dy = ChannelsLast(randn(x.shape));
        Tensor weight = rand(channels) + 0.5,
            bias = randn(channels);

        Tensor[] Results(ScalarType type, Func<Tensor, Tensor, Tensor, Tensor?, Tensor> apply)
        {
            Tensor[] leaves = [.. new[] { x, weight, bias, residual }.Select(tensor => tensor.to_type(type, copy: true).requires_grad_())];
            Tensor y = apply(leaves[0], leaves[1], leaves[2], hasResidual ? leaves[3] : null);
            y.backward([dy.to_type(type)]);
            return [y.detach(), .. leaves.Take(hasResidual ? 4 : 3).Select(leaf => leaf.grad!)];
        }

        Tensor[] expected = Results(
            ScalarType.Float64,
            (input, w, b, add) =>
            {
                Tensor y = nn.functional.batch_norm(input, null, null, w, b, training: true, eps: Epsilon);
                if (add is not null)
                    y = y + add;
                return y.Activated(activation);
            }
        );
        Tensor[] actual = Results(
            ScalarType.Float32,
            (input, w, b, add) => BatchNormalization.Apply(input, w, b, add, activation, Epsilon).Output
        );
        string[] names = ["output", "input's gradient", "weight's gradient", "bias's gradient", "residual's gradient"];
        for (int i = 0; i < expected.Length; i++)
            AssertClose(expected[i], actual[i], names[i], 2e-5);
    }

    [TestMethod]
    public void The_statistics_of_a_narrow_distribution_far_from_zero_are_exact_to_five_digits()
    {
        using var scope = NewDisposeScope();
        manual_seed(12);
        Tensor x = ChannelsLast(randn(64, 16, 32, 32) + 1000),
            exact = x.to_type(ScalarType.Float64);
        BatchStatistics statistics = BatchNormalization.Statistics(x, Epsilon);
        AssertClose(exact.mean([0, 2, 3]), tensor(statistics.Mean), "mean", 1e-9);
        AssertClose(exact.var([0L, 2, 3], unbiased: false), tensor(statistics.Variance), "variance", 1e-5);
    }

    [TestMethod]
    public void The_number_of_threads_does_not_change_a_bit()
    {
        using var scope = NewDisposeScope();
        manual_seed(13);
        Tensor x = ChannelsLast(randn(33, 64, 16, 16)),
            residual = ChannelsLast(randn(x.shape)),
            dy = ChannelsLast(randn(x.shape)),
            weight = rand(64),
            bias = randn(64);
        byte[][] Results(int threads)
        {
            set_num_threads(threads);
            BatchStatistics statistics = BatchNormalization.Statistics(x, Epsilon);
            BatchNormGradients gradients = BatchNormalization.Backward(dy, x, weight, bias, residual, Activation.Relu, statistics);
            return
            [
                .. new[]
                {
                    BatchNormalization.Forward(x, weight, bias, residual, Activation.Relu, statistics),
                    gradients.Input,
                    gradients.Weight,
                    gradients.Bias,
                    gradients.Residual!,
                }.Select(t => t.contiguous().bytes.ToArray()),
            ];
        }

        byte[][] alone = Results(1);
        foreach (int threads in new[] { 2, 3 })
        {
            byte[][] together = Results(threads);
            for (int i = 0; i < alone.Length; i++)
                CollectionAssert.AreEqual(alone[i], together[i], $"{threads} threads, result {i}");
        }
    }

    [TestMethod]
    public void No_number_stays_no_number_through_the_rectifier()
    {
        using var scope = NewDisposeScope();
        Tensor x = ChannelsLast(randn(4, 16, 3, 3));
        x[0, 3, 1, 1] = float.NaN;
        Tensor y = BatchNormalization.Apply(x, ones(16), zeros(16), null, Activation.Relu, Epsilon).Output;
        Assert.IsTrue(y[TensorIndex.Colon, 3].isnan().all().item<bool>());
        Assert.IsFalse(y[TensorIndex.Colon, 2].isnan().any().item<bool>());
    }

    [TestMethod]
    public void Maps_in_another_layout_or_with_odd_channels_are_left_to_libtorch()
    {
        using var scope = NewDisposeScope();
        Assert.IsTrue(BatchNormalization.Supports(ChannelsLast(zeros(2, 16, 3, 3))));
        Assert.IsFalse(BatchNormalization.Supports(zeros(2, 16, 3, 3)), "plain layout");
        Assert.IsFalse(BatchNormalization.Supports(ChannelsLast(zeros(2, 10, 3, 3))), "10 channels");
        Assert.IsFalse(BatchNormalization.Supports(ChannelsLast(zeros(2, 16, 3, 3)).to_type(ScalarType.Float64)), "double precision");
    }

    [TestMethod]
    public void No_tensor_outlives_the_training_step()
    {
        using var outer = NewDisposeScope();
        Tensor input = ChannelsLast(randn(4, 16, 5, 5)),
            weight = ones(16).requires_grad_(),
            bias = zeros(16).requires_grad_();
        void Step()
        {
            using var scope = NewDisposeScope();
            Tensor first = BatchNormalization.Apply(input, weight, bias, null, Activation.Relu, Epsilon).Output;
            BatchNormalization.Apply(first, weight, bias, first, Activation.Relu, Epsilon).Output.sum().backward();
        }

        Step();
        long before = Tensor.TotalCount;
        for (int i = 0; i < 5; i++)
            Step();
        Assert.AreEqual(before, Tensor.TotalCount);
    }
}
