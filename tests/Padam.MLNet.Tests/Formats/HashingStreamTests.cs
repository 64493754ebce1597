using System.Security.Cryptography;
using Padam.MLNet.Formats;

namespace Padam.MLNet.Tests.Formats;

[TestClass]
public sealed class HashingStreamTests
{
    [TestMethod]
    public void What_is_written_is_counted_hashed_and_passed_on()
    {
        using var target = new MemoryStream();
        string hash;
        using (var stream = new HashingStream(target))
        {
            stream.Write("one"u8);
            stream.Write([0, 1, 2, 3], 1, 2);
            stream.WriteByte(4);
            Assert.AreEqual((6L, 6L), (stream.Length, stream.Position));
            hash = stream.Finish();
        }

        byte[] expected = [.. "one"u8, 1, 2, 4];
        Assert.IsTrue(target.CanWrite, "its target stays open");
        CollectionAssert.AreEqual(expected, target.ToArray());
        Assert.AreEqual(Convert.ToHexStringLower(SHA256.HashData(expected)), hash);
    }

    [TestMethod]
    public void It_reaches_its_target_when_it_is_flushed()
    {
        using var target = new MemoryStream();
        using var buffered = new BufferedStream(target, 1 << 10);
        using var stream = new HashingStream(buffered);
        stream.WriteByte(1);
        Assert.AreEqual(0, target.Length);
        stream.Flush();
        Assert.AreEqual(1, target.Length);
    }

    [TestMethod]
    public void It_can_be_written_and_nothing_else()
    {
        using var stream = new HashingStream(new MemoryStream());
        Assert.AreEqual((true, false, false), (stream.CanWrite, stream.CanRead, stream.CanSeek));
        Assert.ThrowsExactly<NotSupportedException>(() => stream.Position = 0);
        Assert.ThrowsExactly<NotSupportedException>(() => stream.Read(new byte[1], 0, 1));
        Assert.ThrowsExactly<NotSupportedException>(() => stream.Seek(0, SeekOrigin.Begin));
        Assert.ThrowsExactly<NotSupportedException>(() => stream.SetLength(0));
    }

    [TestMethod]
    public void When_it_is_disposed_its_hash_is_too()
    {
        var stream = new HashingStream(new MemoryStream());
        stream.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => stream.WriteByte(1));
    }
}
