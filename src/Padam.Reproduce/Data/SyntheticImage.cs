namespace Padam.Reproduce.Data;

/// <summary>
/// One image of the synthetic set: a shape of random colour, place, size, turn, stretch and stripes, bright on a dark shaded ground, among
/// clutter, under noise. Only the outline tells the class.
/// </summary>
internal static class SyntheticImage
{
    /// <summary>Radians; more, and a square is a diamond to a small network for a long time.</summary>
    private const float MostTurn = 0.5f;

    public const int Side = 32,
        Plane = Side * Side,
        Bytes = 3 * Plane;

    /// <summary>Paints the image of class <paramref name="shape"/> as three planes (red, green, blue), as CIFAR stores it.</summary>
    public static void Paint(int shape, SyntheticDraws random, Span<byte> planes)
    {
        Span<float> red = stackalloc float[Plane],
            green = stackalloc float[Plane],
            blue = stackalloc float[Plane];
        var canvas = new Canvas(red, green, blue);

        PaintGround(ref random, canvas);
        for (int n = random.Below(3); n > 0; n--)
            PaintSpeck(ref random, canvas, 1.2f, 2.4f);
        PaintShape(shape, ref random, canvas);
        for (int n = random.Below(2); n > 0; n--)
            PaintSpeck(ref random, canvas, 0.8f, 1.6f);

        float noise = random.Between(4, 20);
        for (int i = 0; i < Plane; i++)
        {
            planes[i] = ToByte(red[i] + noise * random.Normal());
            planes[Plane + i] = ToByte(green[i] + noise * random.Normal());
            planes[2 * Plane + i] = ToByte(blue[i] + noise * random.Normal());
        }
    }

    private static void PaintGround(ref SyntheticDraws random, Canvas canvas)
    {
        Colour from = Colour.Dark(ref random),
            to = Colour.Dark(ref random);
        (float sin, float cos) = MathF.SinCos(random.Between(0, 2 * MathF.PI));
        for (int i = 0; i < Plane; i++)
        {
            float along = 0.5f + ((i % Side - 15.5f) * cos + (i / Side - 15.5f) * sin) * (1f / 44);
            canvas.Blend(i, Colour.Mix(from, to, along), 1);
        }
    }

    /// <summary>A capsule of random length, small enough not to be mistaken for the shape.</summary>
    private static void PaintSpeck(ref SyntheticDraws random, Canvas canvas, float thinnest, float thickest)
    {
        Colour colour = Colour.Draw(ref random);
        float cx = random.Between(0, Side),
            cy = random.Between(0, Side),
            radius = random.Between(thinnest, thickest),
            half = random.Between(0, 6);
        (float sin, float cos) = MathF.SinCos(random.Between(0, MathF.PI));
        for (int i = 0; i < Plane; i++)
        {
            float dx = i % Side - cx,
                dy = i / Side - cy;
            float x = MathF.Max(MathF.Abs(dx * cos + dy * sin) - half, 0),
                y = dy * cos - dx * sin;
            canvas.Blend(i, colour, Math.Clamp(radius + 0.5f - MathF.Sqrt(x * x + y * y), 0, 1));
        }
    }

    private static void PaintShape(int shape, ref SyntheticDraws random, Canvas canvas)
    {
        Colour colour = Colour.Bright(ref random),
            stripe = Colour.Mix(colour, Colour.Draw(ref random), random.Between(0, 0.5f));
        float cx = random.Between(11, 21),
            cy = random.Between(11, 21),
            radius = random.Between(6, 11),
            stretch = random.Between(0.85f, 1.18f);
        float wave = random.Between(0.5f, 1.6f),
            phase = random.Between(0, 2 * MathF.PI),
            opacity = random.Between(0.7f, 1);
        (float sin, float cos) = MathF.SinCos(random.Between(-MostTurn, MostTurn));
        (float stripeSin, float stripeCos) = MathF.SinCos(random.Between(0, MathF.PI));
        for (int i = 0; i < Plane; i++)
        {
            float dx = i % Side - cx,
                dy = i / Side - cy;
            float x = (dx * cos + dy * sin) * stretch / radius,
                y = (dy * cos - dx * sin) / (stretch * radius);
            float cover = Math.Clamp(0.5f - Shape.Distance(shape, x, y) * radius, 0, 1);
            if (cover == 0)
                continue;

            bool onStripe = MathF.Sin((dx * stripeCos + dy * stripeSin) * wave + phase) > 0;
            canvas.Blend(i, onStripe ? stripe : colour, cover * opacity);
        }
    }

    private static byte ToByte(float value) => (byte)Math.Clamp(value + 0.5f, 0, 255);

    private readonly record struct Colour(float Red, float Green, float Blue)
    {
        public static Colour Draw(ref SyntheticDraws random) => Draw(ref random, 20, 235);

        public static Colour Dark(ref SyntheticDraws random) => Draw(ref random, 10, 130);

        public static Colour Bright(ref SyntheticDraws random) => Draw(ref random, 120, 245);

        private static Colour Draw(ref SyntheticDraws random, float from, float to) =>
            new(random.Between(from, to), random.Between(from, to), random.Between(from, to));

        public static Colour Mix(Colour a, Colour b, float share) =>
            new(a.Red + (b.Red - a.Red) * share, a.Green + (b.Green - a.Green) * share, a.Blue + (b.Blue - a.Blue) * share);
    }

    private readonly ref struct Canvas(Span<float> red, Span<float> green, Span<float> blue)
    {
        private readonly Span<float> red = red,
            green = green,
            blue = blue;

        public void Blend(int pixel, Colour colour, float opacity)
        {
            red[pixel] += (colour.Red - red[pixel]) * opacity;
            green[pixel] += (colour.Green - green[pixel]) * opacity;
            blue[pixel] += (colour.Blue - blue[pixel]) * opacity;
        }
    }
}
