using System.Buffers.Binary;
using System.IO.Hashing;
using SkiaSharp;

namespace Padam.Reliability;

/// <summary>Image files as the world has them: ones that can be read, with the colour they hold, and ones that cannot.</summary>
internal static class OddImages
{
    // Eight by eight pixels of full magenta ink, in Adobe's inverted CMYK.
    private const string CmykJpeg =
        "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ"
        + "EBAQEBAQEBAQEBAQ/8AAFAgACAAIBAERAAIRAAMRAAQRAP/EABUAAQEAAAAAAAAAAAAAAAAAAAAG"
        + "/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAA4EAQACAAMABAAAPwC/QC/X7//Z";

    /// <summary>Readable files: name, bytes, and the colour of every pixel.</summary>
    internal static IEnumerable<(string Name, byte[] Bytes, SKColor Colour)> Readable =>
        [
            ("grey.jpg", Encode(new SKColor(90, 90, 90), SKEncodedImageFormat.Jpeg, SKColorType.Gray8), new(90, 90, 90)),
            ("grey.png", Encode(new SKColor(90, 90, 90), SKEncodedImageFormat.Png, SKColorType.Gray8), new(90, 90, 90)),
            (
                "half-transparent.png",
                Encode(new SKColor(200, 100, 0, 128), SKEncodedImageFormat.Png, SKColorType.Rgba8888),
                new(100, 50, 0)
            ),
            ("transparent.png", Encode(new SKColor(200, 100, 0, 0), SKEncodedImageFormat.Png, SKColorType.Rgba8888), new(0, 0, 0)),
            ("cmyk.jpg", Convert.FromBase64String(CmykJpeg), new(254, 2, 254)),
            ("one-pixel.png", Encode(new SKColor(1, 2, 3), SKEncodedImageFormat.Png, SKColorType.Rgba8888, side: 1), new(1, 2, 3)),
            ("colour.webp", Encode(new SKColor(40, 80, 120), SKEncodedImageFormat.Webp, SKColorType.Rgba8888), new(40, 80, 120)),
        ];

    /// <summary>Unreadable files: name, bytes, and a word of the refusal.</summary>
    internal static IEnumerable<(string Name, byte[] Bytes, string Word)> Unreadable =>
        [
            ("zero-byte.png", [], "empty"),
            ("text.jpg", "no image at all"u8.ToArray(), "no image"),
            ("cut.jpg", Cut(Noise(SKEncodedImageFormat.Jpeg)), "cut off"),
            ("cut.png", Cut(Noise(SKEncodedImageFormat.Png)), "cut off"),
            ("huge.png", HugePng(20_000, 20_000), "20000x20000"),
            ("signature-only.png", [0x89, .. "PNG\r\n\x1a\n"u8], "no image"),
        ];

    /// <summary>A well-formed PNG of some hundred bytes that claims to be of this size.</summary>
    private static byte[] HugePng(int width, int height)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 2); // bits, RGB
        using var packed = new MemoryStream();
        using (var zlib = new System.IO.Compression.ZLibStream(packed, System.IO.Compression.CompressionLevel.Optimal, leaveOpen: true))
            zlib.Write(new byte[100_000]);
        return [0x89, .. "PNG\r\n\x1a\n"u8, .. Chunk("IHDR"u8, header), .. Chunk("IDAT"u8, packed.ToArray()), .. Chunk("IEND"u8, [])];
    }

    private static byte[] Chunk(ReadOnlySpan<byte> type, byte[] data)
    {
        byte[] body = [.. type, .. data],
            ends = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(ends, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(ends.AsSpan(4), Crc32.HashToUInt32(body));
        return [.. ends[..4], .. body, .. ends[4..]];
    }

    private static byte[] Encode(SKColor colour, SKEncodedImageFormat format, SKColorType type, int side = 40)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(side, side, type, colour.Alpha == 255 ? SKAlphaType.Opaque : SKAlphaType.Unpremul));
        bitmap.Erase(colour);
        using SKData data = bitmap.Encode(format, 100);
        return data.ToArray();
    }

    private static byte[] Noise(SKEncodedImageFormat format)
    {
        using var bitmap = new SKBitmap(40, 40);
        var random = new Random(1);
        for (int i = 0; i < 1600; i++)
            bitmap.SetPixel(i % 40, i / 40, new SKColor((uint)random.Next() | 0xff000000));
        using SKData data = bitmap.Encode(format, 100);
        return data.ToArray();
    }

    private static byte[] Cut(byte[] bytes) => bytes[..(bytes.Length / 2)];
}
