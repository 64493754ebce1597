using Padam.MLNet.Kernels;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Kernels;

[TestClass]
[DoNotParallelize] // The blocks are the process's.
public sealed class PooledTensorTests
{
    private static readonly long[] Large = [16, 32, 32, 32];

    [TestMethod]
    public unsafe void A_map_takes_the_block_of_one_that_is_gone()
    {
        float* address;
        using (Tensor first = PooledTensor.ChannelsLast(Large, "test"))
            address = TensorMemory.Floats(first);
        using Tensor second = PooledTensor.ChannelsLast(Large, "test"),
            third = PooledTensor.ChannelsLast(Large, "test");
        Assert.IsTrue(TensorMemory.Floats(second) == address);
        Assert.IsTrue(TensorMemory.Floats(third) != address);
    }

    [TestMethod]
    public void A_map_lives_as_long_as_autograd_or_a_view_needs_it()
    {
        using var scope = NewDisposeScope();
        Tensor weight = ones(1).requires_grad_(),
            product,
            view;
        using (Tensor map = PooledTensor.ChannelsLast(Large, "test"))
        {
            map.fill_(3);
            product = (map * weight).sum();
            view = map[0];
        }

        using Tensor other = PooledTensor.ChannelsLast(Large, "test");
        other.fill_(7);
        product.backward();
        Assert.AreEqual(3f * other.numel(), weight.grad!.item<float>());
        Assert.AreEqual(3f, view.max().item<float>());
    }

    [TestMethod]
    [DataRow(16)]
    [DataRow(1)]
    public void Maps_are_channels_last_singles_of_the_shape_asked_for(int batch)
    {
        using Tensor map = PooledTensor.ChannelsLast([batch, 32, 16, 24], "test");
        CollectionAssert.AreEqual(new long[] { batch, 32, 16, 24 }, map.shape);
        CollectionAssert.AreEqual(new long[] { 16 * 24 * 32, 1, 24 * 32, 32 }, map.stride());
        Assert.AreEqual(ScalarType.Float32, map.dtype);
    }

    [TestMethod]
    public void Blocks_in_use_survive_when_the_waiting_ones_are_given_back()
    {
        PooledTensor.ChannelsLast(Large, "test").Dispose();
        using Tensor map = PooledTensor.ChannelsLast(Large, "test"),
            another = PooledTensor.ChannelsLast(Large, "test");
        map.fill_(5);
        another.Dispose();
        MemoryPool.Trim();
        MemoryPool.Trim();
        Assert.AreEqual(5f, map.min().item<float>());
        using Tensor after = PooledTensor.ChannelsLast(Large, "test");
        after.fill_(6);
        Assert.AreEqual(5f, map.max().item<float>());
    }

    [TestMethod]
    public void Threads_never_share_a_block()
    {
        Parallel.For(
            0,
            8,
            thread =>
            {
                for (int i = 0; i < 50; i++)
                {
                    using Tensor map = PooledTensor.ChannelsLast(Large, "test");
                    map.fill_(thread);
                    Assert.AreEqual(thread, map.min().item<float>());
                    Assert.AreEqual(thread, map.max().item<float>());
                }
            }
        );
    }
}
