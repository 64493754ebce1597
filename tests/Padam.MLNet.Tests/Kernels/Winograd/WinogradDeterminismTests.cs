using Padam.MLNet.Kernels;
using static Padam.MLNet.Tests.Kernels.ConvolutionExample;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Kernels;

[TestClass]
[DoNotParallelize] // The number of threads and the size of the cache are the process's.
public sealed class WinogradDeterminismTests
{
    private readonly ThreadsAndCaches _before = new();

    [TestInitialize]
    public void Need() => NeedRegisters();

    [TestCleanup]
    public void Restore() => _before.Dispose();

    [TestMethod]
    [DataRow(10, 64, 64, 32)]
    [DataRow(40, 128, 128, 8)]
    [DataRow(5, 256, 256, 24)]
    [DataRow(20, 256, 128, 4)]
    [DataRow(20, 128, 128, 2)]
    public void The_number_of_threads_does_not_change_a_bit(int batch, int inputs, int outputs, int map)
    {
        string[] Results(int threads)
        {
            set_num_threads(threads);
            return Passes(batch, inputs, outputs, map);
        }

        string[] alone = Results(1);
        foreach (int threads in new[] { 2, 3, 5 })
            CollectionAssert.AreEqual(alone, Results(threads), $"{threads} threads");
    }

    [TestMethod]
    [DataRow(10, 64, 64, 32)]
    [DataRow(40, 96, 40, 9)]
    [DataRow(20, 256, 128, 4)]
    public void The_size_of_the_caches_does_not_change_a_bit(int batch, int inputs, int outputs, int map)
    {
        string[] Results(long level2)
        {
            Caches.Level2 = level2;
            return Passes(batch, inputs, outputs, map);
        }

        string[] small = Results(64 << 10);
        foreach (int mebibytes in new[] { 1, 2, 5, 64 })
            CollectionAssert.AreEqual(small, Results(mebibytes << 20), $"{mebibytes} MiB");
    }

    [TestMethod]
    public void Two_threads_of_the_program_do_not_disturb_each_other()
    {
        using var example = new ConvolutionExample(8, 64, 64, 16, 16);
        string expected =
            Bytes(WinogradConvolution.Forward(example.X, example.Weight))
            + Bytes(WinogradConvolution.WeightGradient(example.X, example.OutputGradient, example.Weight, 1));
        string[] results =
        [
            .. Enumerable
                .Range(0, 16)
                .AsParallel()
                .WithDegreeOfParallelism(4)
                .Select(_ =>
                {
                    using var scope = NewDisposeScope();
                    return Bytes(WinogradConvolution.Forward(example.X, example.Weight))
                        + Bytes(WinogradConvolution.WeightGradient(example.X, example.OutputGradient, example.Weight, 1));
                }),
        ];
        foreach (string result in results)
            Assert.AreEqual(expected, result);
    }

    // Output and both gradients of a convolution drawn by one seed.
    private static string[] Passes(int batch, int inputs, int outputs, int map)
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        Tensor x = ChannelsLast(randn(batch, inputs, map, map)),
            weight = randn(outputs, inputs, 3, 3),
            dy = ChannelsLast(randn(batch, outputs, map, map));
        return
        [
            Bytes(WinogradConvolution.Forward(x, weight)),
            Bytes(WinogradConvolution.InputGradient(dy, weight, 1, map, map)),
            Bytes(WinogradConvolution.WeightGradient(x, dy, weight, 1)),
        ];
    }
}
