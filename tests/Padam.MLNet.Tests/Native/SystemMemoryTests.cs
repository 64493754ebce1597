using Padam.MLNet.Native;

namespace Padam.MLNet.Tests.Native;

[TestClass]
public sealed unsafe class SystemMemoryTests
{
    [TestMethod]
    [DataRow(1u)]
    [DataRow(1u << 12)]
    [DataRow(1u << 20)]
    [DataRow((1u << 20) + 1)]
    public void A_block_is_aligned_to_cache_lines_zero_and_writable_to_its_last_byte(uint bytes)
    {
        nint block = SystemMemory.Reserve(bytes);
        try
        {
            Assert.AreEqual(0, block % 64);
            var span = new Span<byte>((void*)block, (int)bytes);
            Assert.IsFalse(span.ContainsAnyExcept((byte)0));
            span.Fill(255);
        }
        finally
        {
            SystemMemory.Release(block, bytes);
        }
    }

    [TestMethod]
    public void More_than_the_system_has_is_refused_with_what_to_do()
    {
        string message = Assert.ThrowsExactly<InsufficientMemoryException>(() => SystemMemory.Reserve((nuint)1 << 62)).Message;
        StringAssert.StartsWith(message, $"The system has no {1L << 42} MiB for a map of activations. Take a smaller batch");
    }
}
