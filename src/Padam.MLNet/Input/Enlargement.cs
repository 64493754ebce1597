using System.Numerics.Tensors;
using Padam.MLNet.Data;

namespace Padam.MLNet.Input;

/// <summary>
/// A part of an image brought to the image's size, bilinear, as torchvision's <c>resized_crop</c>: a part is never larger than the whole,
/// so that antialiasing has nothing to do.
/// </summary>
internal sealed class Enlargement(ImageShape shape)
{
    private readonly float[] _above = new float[shape.Width],
        _row = new float[shape.Width];
    private readonly Between[] _columns = new Between[shape.Width];

    /// <summary>Writes planes of bytes from planes of bytes.</summary>
    internal void Write(ReadOnlySpan<byte> chw, PixelBox box, bool mirrored, Span<byte> target)
    {
        for (int x = 0; x < shape.Width; x++)
            _columns[mirrored ? shape.Width - 1 - x : x] = Between.At(x, box.Width, shape.Width);
        for (int row = 0; row < ImageShape.Channels * shape.Height; row++)
        {
            (int c, int y) = Math.DivRem(row, shape.Height);
            var rows = Between.At(y, box.Height, shape.Height);
            ReadOnlySpan<byte> plane = chw.Slice(c * shape.Pixels, shape.Pixels);
            Mix(Row(plane, box, rows.First), Row(plane, box, rows.Second), rows.Part);
            WriteRow(target.Slice(row * shape.Width, shape.Width));
        }
    }

    private ReadOnlySpan<byte> Row(ReadOnlySpan<byte> plane, PixelBox box, int y) =>
        plane.Slice(((box.Top + y) * shape.Width) + box.Left, box.Width);

    private void Mix(ReadOnlySpan<byte> above, ReadOnlySpan<byte> below, float part)
    {
        Span<float> first = _above.AsSpan(0, above.Length),
            row = _row.AsSpan(0, above.Length);
        TensorPrimitives.ConvertTruncating(above, first);
        TensorPrimitives.ConvertTruncating(below, row);
        TensorPrimitives.Multiply(first, 1 - part, first);
        TensorPrimitives.MultiplyAdd(row, part, first, row);
    }

    private void WriteRow(Span<byte> target)
    {
        for (int x = 0; x < target.Length; x++)
        {
            Between at = _columns[x];
            target[x] = (byte)(((1 - at.Part) * _row[at.First]) + (at.Part * _row[at.Second]) + 0.5f);
        }
    }

    /// <summary>Two old pixels, and what of the new one is the second's.</summary>
    internal readonly record struct Between(int First, int Second, float Part)
    {
        // The middle of a new pixel lies there among the middles of the old ones, or at the first.
        internal static Between At(int index, int length, int newLength)
        {
            float place = Math.Max((((index + 0.5f) * length) / newLength) - 0.5f, 0);
            int first = (int)place;
            return new(first, Math.Min(first + 1, length - 1), place - first);
        }
    }
}
