using SkiaSharp;

namespace Padam.Reproduce.Tests;

/// <summary>Small picture files.</summary>
internal static class Pictures
{
    /// <summary>A PNG with a bright square whose place and colour the number tells.</summary>
    public static void Write(string path, int number, int width = 40, int height = 20)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var bitmap = new SKBitmap(width, height);
        using (var canvas = new SKCanvas(bitmap))
        using (var paint = new SKPaint { Color = new SKColor((byte)(90 * number), (byte)(255 - 40 * number), 200) })
        {
            canvas.Clear(new SKColor(20, 30, 40));
            canvas.DrawRect(number % 5 * width / 6f, number % 3 * height / 4f, width / 3f, height / 2f, paint);
        }

        File.WriteAllBytes(path, bitmap.Encode(SKEncodedImageFormat.Png, 100).ToArray());
    }

    /// <summary>FOLDER/train and FOLDER/test with so many pictures of each class.</summary>
    public static void WriteFolder(string folder, params (string Class, int Train, int Test)[] classes)
    {
        foreach ((int i, (string name, int train, int test)) in classes.Index())
        {
            Directory.CreateDirectory(Path.Combine(folder, "test", name));
            for (int n = 0; n < train; n++)
                Write(Path.Combine(folder, "train", name, $"{n}.png"), i + 3 * n);
            for (int n = 0; n < test; n++)
                Write(Path.Combine(folder, "test", name, $"{n}.png"), i + 3 * n);
        }
    }
}
