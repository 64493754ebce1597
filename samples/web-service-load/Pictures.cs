using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace LoadClient;

/// <summary>Pictures as people send them, and as they send them who mean no good.</summary>
internal static class Pictures
{
    private static readonly byte[] Signature = [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    public static IEnumerable<Upload> Honest(LoneModel model)
    {
        (int Width, int Height)[] sizes = [(96, 96), (320, 240), (640, 480), (1600, 1200)];
        for (int number = 10_000; number < 10_048; number++)
        {
            (int width, int height) = sizes[number % 12 / 3];
            byte[] file = Shapes.Jpeg(number, width, height);
            yield return new($"{width} x {height}", file, [200], model.Scores(file));
        }
    }

    public static IEnumerable<Upload> Hostile(LoneModel model)
    {
        byte[] whole = Shapes.Jpeg(20_000, 640, 480);
        yield return new("empty", [], [422]);
        yield return new("text", Encoding.UTF8.GetBytes("<html>no picture</html>"), [422]);
        yield return new("JPEG cut off", whole[..(whole.Length / 2)], [422]);
        yield return new("PNG header of 60000 x 60000", Png(60_000, 60_000, rows: 1), [422]);
        yield return new("PNG of 64 million zeros", Png(8_000, 8_000, rows: 8_000), [422]);
        // It is within the limits, and a picture.
        byte[] large = Png(3_900, 3_900, rows: 3_900);
        yield return new("PNG of 15 million zeros", large, [200], model.Scores(large));
        byte[] hundredMegabytes = new byte[100 << 20];
        yield return new("100 MiB", hundredMegabytes, [413]);
        // The service may have closed the connection before all is sent.
        yield return new("100 MiB in chunks", hundredMegabytes, [413, 0]) { InChunks = true };
        yield return new("client goes away", whole, [0, 200]) { GoesAway = true };
        var random = new Random(1);
        for (int i = 0; i < 8; i++)
        {
            byte[] damaged = [.. whole];
            for (int j = 0; j < 40; j++)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            IReadOnlyDictionary<string, float>? scores = model.Scores(damaged);
            yield return new("JPEG with bytes changed", damaged, [scores is null ? 422 : 200], scores);
        }
    }

    // Black, with as many of its rows as are wanted.
    private static byte[] Png(int width, int height, int rows)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 2); // Eight bits of red, green and blue.
        using var data = new MemoryStream();
        using (var zlib = new ZLibStream(data, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            byte[] row = new byte[1 + (3 * width)];
            for (int y = 0; y < rows; y++)
                zlib.Write(row);
        }

        return [.. Signature, .. Chunk("IHDR", header), .. Chunk("IDAT", data.ToArray()), .. Chunk("IEND", [])];
    }

    private static byte[] Chunk(string type, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data],
            length = new byte[4],
            check = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(check, Crc32.HashToUInt32(body));
        return [.. length, .. body, .. check];
    }
}
