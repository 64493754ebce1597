using Padam.MLNet.Kernels;
using Padam.MLNet.Layers;
using static Padam.MLNet.Tests.Kernels.ConvolutionExample;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Kernels;

[TestClass]
[DoNotParallelize] // The number of threads and the size of the cache are the process's.
public sealed class Im2colDeterminismTests
{
    private readonly ThreadsAndCaches _before = new();

    [TestInitialize]
    public void Need() => NeedRegisters();

    [TestCleanup]
    public void Restore() => _before.Dispose();

    [TestMethod]
    [DataRow(10, 64, 128, 17, 3, 2)]
    [DataRow(3, 256, 512, 8, 3, 2)]
    [DataRow(10, 64, 40, 13, 1, 1)]
    [DataRow(1, 512, 256, 4, 1, 1)]
    [DataRow(10, 128, 64, 13, 1, 2)]
    public void Neither_the_number_of_threads_nor_the_size_of_the_caches_changes_a_bit(
        int batch,
        int inputs,
        int outputs,
        int map,
        int kernel,
        int stride
    )
    {
        string[] Results(int threads, long level2)
        {
            set_num_threads(threads);
            Caches.Level2 = level2;
            return Passes(batch, inputs, outputs, map, kernel, stride);
        }

        string[] expected = Results(1, _before.Level2);
        foreach ((int threads, int kibibytes) in new[] { (2, 1024), (3, 1024), (5, 1024), (1, 16), (1, 256), (1, 4096), (2, 64 << 10) })
            CollectionAssert.AreEqual(expected, Results(threads, kibibytes << 10), $"{threads} threads, {kibibytes} KiB");
    }

    [TestMethod]
    public void An_image_has_the_same_bits_in_any_batch()
    {
        using var example = new ConvolutionExample(9, 64, 72, 9, 9, 1, 3, 2);
        Tensor Output(Tensor x) => Im2colConvolution.Forward(x, example.Weight, example.Bias, 2, 1, Activation.Relu);
        Tensor all = Output(example.X);
        for (int image = 0; image < 9; image++)
            Assert.AreEqual(Bytes(all.narrow(0, image, 1)), Bytes(Output(example.X.narrow(0, image, 1))));
    }

    [TestMethod]
    public void Two_threads_of_the_program_do_not_disturb_each_other()
    {
        string expected = string.Concat(Passes(8, 64, 64, 16, 3, 2));
        string[] results =
        [
            .. Enumerable.Range(0, 16).AsParallel().WithDegreeOfParallelism(4).Select(_ => string.Concat(Passes(8, 64, 64, 16, 3, 2))),
        ];
        foreach (string result in results)
            Assert.AreEqual(expected, result);
    }

    // Output and both gradients of a convolution of made-up numbers, the same each time on any thread.
    private static string[] Passes(int batch, int inputs, int outputs, int map, int kernel, int stride)
    {
        using var scope = NewDisposeScope();
        int padding = kernel / 2;
        Tensor x = ChannelsLast(Numbers(batch, inputs, map, map)),
            weight = Numbers(outputs, inputs, kernel, kernel);
        Tensor y = Im2colConvolution.Forward(x, weight, null, stride, padding, Activation.None),
            dy = ChannelsLast(Numbers(y.shape));
        return
        [
            Bytes(y),
            Bytes(Im2colConvolution.InputGradient(x, dy, weight, stride, padding)),
            Bytes(Im2colConvolution.WeightGradient(x, dy, weight, stride, padding)),
        ];
    }

    private static Tensor Numbers(params long[] shape) => sin(arange(shape.Aggregate((a, b) => a * b)) * 37.3).reshape(shape);
}
