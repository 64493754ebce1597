using Padam.MLNet.Kernels;
using TorchSharp;

namespace Padam.MLNet.Tests.Kernels;

[TestClass]
[DoNotParallelize] // The pool is the process's.
public sealed unsafe class MemoryPoolTests
{
    private const int MiB = 1 << 20;

    [TestInitialize]
    public void Trim()
    {
        // Gradients of a graph that nobody has any more are lent until it is collected.
        LiveTensors.Settle();
        ReturnedGradients.DisposeLast();
        MemoryPool.Trim();
    }

    [TestMethod]
    [DataRow(1000)]
    [DataRow(4 * MiB)]
    public void Returned_memory_serves_the_next_request_of_its_size(int length)
    {
        float* first;
        using (Scratch scratch = Scratch.Rent(length, "first"))
            first = scratch.Pointer;
        using Scratch again = Scratch.Rent(length, "second");
        Assert.IsTrue(first == again.Pointer);
    }

    [TestMethod]
    public void Memory_in_use_is_apart_and_aligned_and_a_second_disposal_does_nothing()
    {
        using Scratch a = Scratch.Rent(100, "a"),
            b = Scratch.Rent(100, "b");
        a.Dispose();
        a.Dispose();
        using Scratch c = Scratch.Rent(100, "c"),
            d = Scratch.Rent(100, "d");
        Assert.AreEqual(3, new HashSet<nint> { (nint)b.Pointer, (nint)c.Pointer, (nint)d.Pointer }.Count);
        Assert.AreEqual(0, (nint)d.Pointer % 64);
    }

    [TestMethod]
    public void What_waits_for_long_goes_back_to_the_system_without_anybody_telling_an_end()
    {
        Scratch.Rent(MiB, "4 MiB").Dispose();
        MemoryPool.ReleaseWaiting(TimeSpan.FromHours(1));
        Assert.AreEqual(4L * MiB, MemoryPool.Bytes.Idle);
        MemoryPool.ReleaseWaiting(TimeSpan.Zero);
        Assert.AreEqual(0, MemoryPool.Bytes.Idle);
    }

    [TestMethod]
    public void Collections_of_garbage_are_acted_after_until_it_is_enough()
    {
        int acted = 0;
        AfterCollection.Each(() => Interlocked.Increment(ref acted) < 3);
        foreach (int expected in new[] { 1, 2, 3, 3 })
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Assert.AreEqual(expected, Volatile.Read(ref acted));
        }
    }

    [TestMethod]
    public void A_small_request_never_holds_a_large_block()
    {
        Scratch.Rent(50 * MiB, "200 MiB").Dispose();
        using Scratch small = Scratch.Rent(MiB / 4, "1 MiB");
        (long lent, long idle) = MemoryPool.Bytes;
        Assert.IsLessThanOrEqualTo(2 * MiB, lent);
        Assert.IsGreaterThanOrEqualTo(200L * MiB, idle);
    }

    [TestMethod]
    [DataRow(900, 1000)]
    [DataRow(1200, 1300)]
    [DataRow(1400, 1700)]
    public void The_smallest_block_that_holds_a_request_serves_it(int length, int capacity)
    {
        using (Scratch.Rent(1700, "large"))
        using (Scratch.Rent(1000, "small"))
        using (Scratch.Rent(1300, "between")) { }
        using Scratch next = Scratch.Rent(length, "the next");
        const int cacheLine = 64;
        Assert.AreEqual(((capacity * sizeof(float)) + cacheLine - 1) / cacheLine * cacheLine, MemoryPool.Bytes.Lent);
    }

    [TestMethod]
    public void What_waits_in_vain_goes_back_to_the_system()
    {
        Scratch.Rent(10 * MiB, "once").Dispose();
        for (int i = 0; i < MemoryPool.Patience / 2; i++)
            PooledTensor.ChannelsLast([1, 1, 1, 1], "each step").Dispose();
        Assert.IsGreaterThan(40L * MiB, MemoryPool.Bytes.Idle, "half the time");
        for (int i = 0; i < MemoryPool.Patience; i++)
            PooledTensor.ChannelsLast([1, 1, 1, 1], "each step").Dispose();
        Assert.IsLessThan(MiB, MemoryPool.Bytes.Idle);
    }

    [TestMethod]
    public void No_more_waits_than_twice_what_was_lent_at_once()
    {
        // Ever larger, so that none serves the next.
        for (int length = 1000; length < 100 * MiB; length *= 3)
        {
            Scratch.Rent(length, "larger and larger").Dispose();
            Assert.IsLessThanOrEqualTo(2L * (length + 16) * sizeof(float), MemoryPool.Bytes.Idle);
        }

        // Ever smaller: what waits longest goes first.
        long most = MemoryPool.Bytes.Idle;
        for (int length = 20 * MiB; length > 1000; length /= 3)
            Scratch.Rent(length, "smaller and smaller").Dispose();
        Assert.IsLessThanOrEqualTo(2 * most, MemoryPool.Bytes.Idle);
    }

    [TestMethod]
    public void A_trim_gives_back_what_waits_and_later_what_is_lent()
    {
        using Scratch lent = Scratch.Rent(MiB, "lent");
        Scratch.Rent(MiB, "waits").Dispose();
        MemoryPool.Trim();
        Assert.AreEqual(0, MemoryPool.Bytes.Idle);
        new Span<float>(lent.Pointer, MiB).Fill(1);
        lent.Dispose();
        Assert.AreEqual((0, 0), MemoryPool.Bytes);
    }

    [TestMethod]
    public void Unwritten_memory_is_no_number()
    {
        using Scratch first = Scratch.Rent(100, "first");
        Assert.IsTrue(float.IsNaN(first.Pointer[0]) && float.IsNaN(first.Pointer[99]));
        new Span<float>(first.Pointer, 100).Fill(1);
        first.Dispose();
        using Scratch second = Scratch.Rent(100, "second");
        Assert.IsTrue(float.IsNaN(second.Pointer[0]) && float.IsNaN(second.Pointer[99]));
    }

    [TestMethod]
    [DataRow(100, 100, "'the kernel' wrote beyond its 400 bytes, first at byte 400.")]
    [DataRow(100, 323, "'the kernel' wrote beyond its 400 bytes, first at byte 1292.")]
    [DataRow(100, -1, "'the kernel' wrote 4 bytes before its 400 bytes.")]
    [DataRow(1_000_003, 1_000_003, "'the kernel' wrote beyond its 4000012 bytes, first at byte 4000012.")]
    public void Who_writes_beyond_what_was_asked_for_is_named_on_return(int length, int at, string message)
    {
        Scratch scratch = Scratch.Rent(length, "the kernel");
        scratch.Pointer[at] = 1;
        Assert.AreEqual(message, Assert.ThrowsExactly<MemoryOverrunException>(scratch.Dispose).Message);
        MemoryPool.ThrowIfOverrun();
    }

    [TestMethod]
    public void The_end_is_that_of_the_request_also_where_a_larger_block_serves_it()
    {
        Scratch.Rent(150, "larger").Dispose();
        Scratch smaller = Scratch.Rent(100, "smaller");
        smaller.Pointer[100] = 1;
        Assert.ThrowsExactly<MemoryOverrunException>(smaller.Dispose);
    }

    [TestMethod]
    public void Who_writes_after_the_return_is_named_by_the_next_request()
    {
        Scratch gone = Scratch.Rent(100, "the late one");
        float* pointer = gone.Pointer;
        gone.Dispose();
        pointer[7] = 1;
        var error = Assert.ThrowsExactly<MemoryOverrunException>(() => Scratch.Rent(100, "the next").Dispose());
        Assert.AreEqual("The memory of 'the late one' was written to, at byte 28, after it was returned.", error.Message);
    }

    [TestMethod]
    public void Who_writes_beyond_a_tensor_is_named_by_the_next_request()
    {
        using (torch.Tensor map = PooledTensor.ChannelsLast([2, 3, 5, 7], "the map"))
            TensorMemory.Floats(map)[210] = 1;
        var error = Assert.ThrowsExactly<MemoryOverrunException>(() => Scratch.Rent(1, "another"));
        Assert.AreEqual("'the map' wrote beyond its 840 bytes, first at byte 840.", error.Message);
    }
}
