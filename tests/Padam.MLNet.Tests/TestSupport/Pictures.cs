using System.Buffers.Binary;
using SkiaSharp;

namespace Padam.MLNet.Tests;

/// <summary>Picture files as people have them: of any size, turned, on transparent ground.</summary>
internal static class Pictures
{
    /// <summary>
    /// Writes so many pictures of each class into a sub-folder of its name: class k is a bright stripe at the height of k.
    /// </summary>
    internal static void WriteClasses(string folder, IReadOnlyList<string> classes, int each, int width, int height, int seed = 1)
    {
        var random = new Random(seed);
        for (int c = 0; c < classes.Count; c++)
        {
            for (int i = 0; i < each; i++)
            {
                using var bitmap = new SKBitmap(width, height);
                bitmap.Erase(new SKColor((byte)random.Next(100), (byte)random.Next(100), (byte)random.Next(100)));
                using (var canvas = new SKCanvas(bitmap))
                using (var paint = new SKPaint { Color = SKColors.White })
                    canvas.DrawRect(0, (float)c * height / classes.Count, width, (float)height / classes.Count, paint);
                Write(Path.Combine(folder, classes[c], $"{i}.png"), bitmap);
            }
        }
    }

    /// <summary>
    /// Writes so many pictures of stripes across, and as many of stripes down, of varied width and colour, into two sub-folders: kinds that
    /// a pretrained network tells apart.
    /// </summary>
    internal static void WriteStripes(string folder, int each, int width, int height, int seed = 1)
    {
        var random = new Random(seed);
        foreach (bool across in new[] { true, false })
        {
            for (int i = 0; i < each; i++)
            {
                using var bitmap = new SKBitmap(width, height);
                int thickness = random.Next(6, 12);
                SKColor dark = new((byte)random.Next(80), (byte)random.Next(80), (byte)random.Next(80));
                for (int y = 0; y < height; y++)
                {
                    for (int x = 0; x < width; x++)
                        bitmap.SetPixel(x, y, (across ? y : x) / thickness % 2 == 0 ? dark : SKColors.White);
                }

                Write(Path.Combine(folder, across ? "across" : "down", $"{i}.png"), bitmap);
            }
        }
    }

    /// <summary>Writes a picture of one colour.</summary>
    internal static void WritePlain(string path, SKColor colour, int width = 32, int height = 32)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Bgra8888, SKAlphaType.Unpremul));
        bitmap.Erase(colour);
        Write(path, bitmap);
    }

    /// <summary>A JPEG of four quarters of one colour each, which says that it is stored in an orientation.</summary>
    /// <param name="orientation">Exif's 1 to 8.</param>
    /// <param name="quarters">Colours as stored: above left, above right, below left, below right.</param>
    /// <param name="width">Stored width.</param>
    /// <param name="height">Stored height.</param>
    internal static byte[] Turned(int orientation, IReadOnlyList<SKColor> quarters, int width = 96, int height = 64)
    {
        using var bitmap = new SKBitmap(width, height);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
                bitmap.SetPixel(x, y, quarters[(y < height / 2 ? 0 : 2) + (x < width / 2 ? 0 : 1)]);
        }

        using SKData jpeg = bitmap.Encode(SKEncodedImageFormat.Jpeg, 100);
        byte[] bytes = jpeg.ToArray();
        return [.. bytes[..2], .. ExifSegment(orientation), .. bytes[2..]];
    }

    private static byte[] ExifSegment(int orientation)
    {
        // Big-endian TIFF with one entry: tag 0x0112, type SHORT, one value.
        byte[] body =
        [
            .. "Exif\0\0MM\0*"u8,
            .. new byte[] { 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0 },
        ];
        byte[] segment = [0xFF, 0xE1, 0, 0, .. body];
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), (ushort)(body.Length + 2));
        return segment;
    }

    private static void Write(string path, SKBitmap bitmap)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using FileStream stream = File.Create(path);
        bitmap.Encode(stream, SKEncodedImageFormat.Png, 100);
    }
}
