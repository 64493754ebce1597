using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet.Data;

namespace Padam.MLNet.Tests.Data;

[TestClass]
public sealed class DecodingAheadTests
{
    private readonly HashSet<long> _decoded = [];

    [TestMethod]
    public void Pictures_come_in_their_order_and_each_is_decoded_once()
    {
        using var ahead = new DecodingAhead(Decode, Small, count: 40);
        for (long i = 0; i < 40; i++)
        {
            using MLImage picture = ahead.At(i);
            Assert.AreEqual(i + 1, picture.Width);
        }
    }

    [TestMethod]
    public void Where_rows_are_passed_over_nothing_is_decoded_that_nobody_asks_for()
    {
        using (var ahead = new DecodingAhead(Decode, Small, count: 40))
        {
            foreach (long i in new long[] { 0, 8, 16, 24 })
                ahead.At(i).Dispose();
        }

        CollectionAssert.AreEquivalent(new long[] { 0, 8, 16, 24 }, _decoded.ToArray());
    }

    [TestMethod]
    public void A_picture_that_is_asked_for_twice_or_after_a_gap_is_the_right_one()
    {
        // Not the count of decodings here: what was begun before a gap is decoded for nothing.
        using var ahead = new DecodingAhead(Blank, Small, count: 40);
        foreach (long i in new long[] { 0, 1, 1, 2, 3, 3, 20, 21, 22, 39 })
        {
            using MLImage picture = ahead.At(i);
            Assert.AreEqual(i + 1, picture.Width);
        }
    }

    [TestMethod]
    public void What_decoding_throws_is_thrown_at_its_row_alone()
    {
        using var ahead = new DecodingAhead(i => i == 5 ? throw new BadImageException("five") : Blank(i), Small, count: 10);
        for (long i = 0; i < 10; i++)
        {
            if (i == 5)
                Assert.AreEqual("five", Assert.ThrowsExactly<BadImageException>(() => ahead.At(5)).Message);
            else
                ahead.At(i).Dispose();
        }
    }

    [TestMethod]
    public void Large_pictures_are_decoded_one_by_one()
    {
        using var ahead = new DecodingAhead(Decode, _ => 1L << 30, count: 12);
        for (long i = 0; i < 12; i++)
        {
            ahead.At(i).Dispose();
            lock (_decoded)
                Assert.HasCount((int)i + 1, _decoded, "none but the ones that were asked for");
        }
    }

    [TestMethod]
    public void Disposing_waits_for_what_has_begun_and_nothing_begins_after_it()
    {
        using ManualResetEventSlim gate = new();
        const int asked = 3;
        (int begun, int ended) = (0, 0);
        MLImage Counted(long i)
        {
            Interlocked.Increment(ref begun);
            if (i >= asked)
                gate.Wait();
            MLImage picture = Blank(i);
            Interlocked.Increment(ref ended);
            return picture;
        }

        var ahead = new DecodingAhead(Counted, Small, count: 1000);
        for (long i = 0; i < asked; i++)
            ahead.At(i).Dispose();
        SpinWait.SpinUntil(() => Volatile.Read(ref begun) > asked);
        Task disposed = Task.Run(ahead.Dispose);
        Assert.IsFalse(disposed.IsCompleted, "a picture is under way");
        gate.Set();
        disposed.Wait();

        Assert.AreEqual(ended, begun, "what had begun is waited for");
        Assert.IsLessThanOrEqualTo(asked + Environment.ProcessorCount + 1, begun);
    }

    [TestMethod]
    public void A_bad_file_is_named_with_its_row_when_it_is_read()
    {
        using var folder = new TemporaryFolder();
        Pictures.WriteStripes(folder["data"], each: 3, width: 8, height: 8);
        string[] files = [.. Directory.GetFiles(folder["data"], "*", SearchOption.AllDirectories).Order()];
        File.WriteAllText(files[3], "no image");
        var mlContext = new MLContext();
        IDataView images = mlContext.Padam().LoadImages(files, "Image");
        using DataViewRowCursor cursor = images.GetRowCursor(images.Schema);
        ValueGetter<MLImage> getter = cursor.GetGetter<MLImage>(images.Schema["Image"]);
        MLImage image = null!;
        for (int i = 0; i < 3; i++)
        {
            Assert.IsTrue(cursor.MoveNext());
            getter(ref image);
        }

        Assert.IsTrue(cursor.MoveNext());
        StringAssert.Contains(Assert.ThrowsExactly<BadImageException>(() => getter(ref image)).Message, $"Row 3: the image '{files[3]}'");
    }

    private static long Small(long i) => 1;

    private static MLImage Blank(long i) => MLImage.CreateFromPixels((int)i + 1, 1, MLPixelFormat.Bgra32, new byte[4 * (i + 1)]);

    private MLImage Decode(long i)
    {
        lock (_decoded)
            Assert.IsTrue(_decoded.Add(i), $"{i} is decoded a second time");
        return Blank(i);
    }
}
