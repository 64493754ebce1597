using SkiaSharp;

/// <summary>Pictures that the samples make themselves: a circle, a cross, a square or a triangle on a mottled ground.</summary>
internal static class Shapes
{
    public static readonly string[] Classes = ["circle", "cross", "square", "triangle"];

    /// <summary>The class of the picture of a number.</summary>
    public static string ClassOf(int number) => Classes[number % Classes.Length];

    /// <summary>The picture of a number as a JPEG file.</summary>
    public static byte[] Jpeg(int number, int width = 96, int height = 96)
    {
        using SKBitmap bitmap = Draw(number, width, height);
        using SKImage image = SKImage.FromBitmap(bitmap);
        using SKData file = image.Encode(SKEncodedImageFormat.Jpeg, quality: 90);
        return file.ToArray();
    }

    /// <summary>The picture of a number as 3 x side x side bytes: planes of red, green and blue.</summary>
    public static byte[] Pixels(int number, int side)
    {
        using SKBitmap bitmap = Draw(number, side, side);
        byte[] planes = new byte[3 * side * side];
        for (int i = 0; i < side * side; i++)
        {
            SKColor color = bitmap.GetPixel(i % side, i / side);
            (planes[i], planes[(side * side) + i], planes[(2 * side * side) + i]) = (color.Red, color.Green, color.Blue);
        }

        return planes;
    }

    private static SKBitmap Draw(int number, int width, int height)
    {
        // Any two numbers next to each other have nothing in common but the order of the classes.
        var random = new Random(unchecked(number * 7919));
        var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Bgra8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(Color(random, 0, 120));
        for (int i = 0; i < 12; i++)
        {
            using var mottle = new SKPaint { Color = Color(random, 0, 140) };
            canvas.DrawRect(random.Next(width), random.Next(height), width / 8f, height / 8f, mottle);
        }

        float radius = Math.Min(width, height) * (0.22f + (0.12f * random.NextSingle()));
        float x = radius + (random.NextSingle() * (width - (2 * radius))),
            y = radius + (random.NextSingle() * (height - (2 * radius)));
        using var paint = new SKPaint { Color = Color(random, 140, 256), IsAntialias = true };
        using SKPath path = Outline(number % Classes.Length, x, y, radius);
        canvas.DrawPath(path, paint);
        return bitmap;
    }

    private static SKPath Outline(int shape, float x, float y, float radius)
    {
        var path = new SKPath();
        switch (Classes[shape])
        {
            case "circle":
                path.AddCircle(x, y, radius);
                break;
            case "square":
                path.AddRect(new SKRect(x - radius, y - radius, x + radius, y + radius));
                break;
            case "cross":
                path.AddRect(new SKRect(x - radius, y - (radius / 3), x + radius, y + (radius / 3)));
                path.AddRect(new SKRect(x - (radius / 3), y - radius, x + (radius / 3), y + radius));
                break;
            default:
                path.AddPoly([new SKPoint(x, y - radius), new SKPoint(x + radius, y + radius), new SKPoint(x - radius, y + radius)]);
                break;
        }

        return path;
    }

    private static SKColor Color(Random random, int from, int to) =>
        new((byte)random.Next(from, to), (byte)random.Next(from, to), (byte)random.Next(from, to));
}
