using Padam.MLNet.Data;

namespace Padam.MLNet.Input;

/// <summary>
/// Where the pixel at (x, y) comes from, both counted from the middle of the image: (XX x + XY y + X, YX x + YY y + Y). The nearest pixel
/// is taken, black beyond the edge, as torchvision's <c>affine</c> and <c>rotate</c>.
/// </summary>
internal readonly record struct AffineMap(double XX, double XY, double X, double YX, double YY, double Y)
{
    /// <summary>Sheared about the upper left corner: a row moves left by <paramref name="shear"/> times its distance from it.</summary>
    internal static AffineMap ShearX(double shear, ImageShape shape) => new(1, shear, shear * shape.Height / 2, 0, 1, 0);

    /// <summary>The same with columns, which move up.</summary>
    internal static AffineMap ShearY(double shear, ImageShape shape) => new(1, 0, 0, shear, 1, shear * shape.Width / 2);

    /// <summary>Moved by whole pixels.</summary>
    internal static AffineMap Move(int right, int down) => new(1, 0, -right, 0, 1, -down);

    /// <summary>Turned about the middle, counter-clockwise.</summary>
    internal static AffineMap Rotation(double degrees)
    {
        (double sine, double cosine) = Math.SinCos(double.DegreesToRadians(degrees));
        return new(cosine, -sine, 0, sine, cosine, 0);
    }

    /// <summary>Writes planes of bytes from planes of bytes.</summary>
    internal void Write(ReadOnlySpan<byte> chw, ImageShape shape, Span<byte> target)
    {
        (double middleX, double middleY) = ((shape.Width - 1) / 2.0, (shape.Height - 1) / 2.0);
        for (int at = 0; at < shape.Pixels; at++)
        {
            (int row, int column) = Math.DivRem(at, shape.Width);
            (double x, double y) = (column - middleX, row - middleY);
            int fromX = (int)Math.Round((XX * x) + (XY * y) + X + middleX),
                fromY = (int)Math.Round((YX * x) + (YY * y) + Y + middleY);
            bool isInside = (uint)fromX < (uint)shape.Width && (uint)fromY < (uint)shape.Height;
            int from = (fromY * shape.Width) + fromX;
            for (int plane = 0; plane < shape.Values; plane += shape.Pixels)
                target[plane + at] = isInside ? chw[plane + from] : (byte)0;
        }
    }
}
