using Microsoft.ML;
using Padam.MLNet;
using SkiaSharp;

namespace Padam.Documentation.Tests;

/// <summary>A picture with a circle in it as it is, and as each <see cref="ImageResize"/> brings it to a square.</summary>
internal static class ResizePicture
{
    private const int Width = 96,
        Side = 64,
        Gap = 8,
        Scale = 2;

    /// <summary>The four in a row. Dispose it.</summary>
    internal static SKBitmap Draw(TemporaryFolder folder)
    {
        string path = folder["circle.png"];
        using SKBitmap original = Circle();
        using (FileStream file = File.Create(path))
            original.Encode(file, SKEncodedImageFormat.Png, 100);

        var row = new SKBitmap(Scale * (Width + (3 * (Gap + Side))), Scale * Side);
        using var canvas = new SKCanvas(row);
        canvas.Clear(SKColors.White);
        canvas.Scale(Scale);
        canvas.DrawBitmap(original, 0, 0);
        float left = Width + Gap;
        foreach (ImageResize resize in new[] { ImageResize.Stretch, ImageResize.Crop, ImageResize.Pad })
        {
            using SKBitmap resized = Resized(path, resize);
            canvas.DrawBitmap(resized, left, 0);
            left += Side + Gap;
        }

        return row;
    }

    private static SKBitmap Circle()
    {
        var bitmap = new SKBitmap(Width, Side);
        using var canvas = new SKCanvas(bitmap);
        using var circle = new SKPaint { Color = SKColors.White };
        using var frame = new SKPaint
        {
            Color = SKColors.Orange,
            Style = SKPaintStyle.Stroke,
            StrokeWidth = 8,
        };
        canvas.Clear(new SKColor(50, 80, 120));
        canvas.DrawCircle(Width / 2f, Side / 2f, 20, circle);
        canvas.DrawRect(0, 0, Width, Side, frame);
        return bitmap;
    }

    // As a training sees it that changes nothing.
    private static SKBitmap Resized(string path, ImageResize resize)
    {
        var mlContext = new MLContext(seed: 1);
        var options = new ImageClassificationOptions
        {
            FeatureColumnName = "Image",
            ImageSize = new(Side, Side),
            Preprocessing = new() { Resize = resize },
        };
        IDataView rows = mlContext.Padam().LoadImages([(path, "a"), (path, "b")]);
        ReadOnlySpan<byte> rgb = mlContext.Padam().PreviewAugmentation(rows, options, epochs: 0)[0][0].Rgb.Span;
        var bitmap = new SKBitmap(Side, Side);
        for (int i = 0; i < Side * Side; i++)
            bitmap.SetPixel(i % Side, i / Side, new SKColor(rgb[3 * i], rgb[(3 * i) + 1], rgb[(3 * i) + 2]));
        return bitmap;
    }
}
