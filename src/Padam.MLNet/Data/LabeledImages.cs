using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML;

namespace Padam.MLNet.Data;

/// <summary>A data set in memory: images of one size as they were given, and their classes from 0.</summary>
internal sealed class LabeledImages
{
    private readonly PixelStore<byte>? _bytes;
    private readonly PixelStore<float>? _singles;
    private readonly List<int> _labels = [];

    private LabeledImages(ImageShape shape, ImageKind kind)
    {
        Shape = shape;
        if (kind == ImageKind.Singles) _singles = new(shape);
        else _bytes = new(shape);
    }

    internal ImageShape Shape { get; }

    internal int Count => _labels.Count;

    internal IReadOnlyList<int> Labels => _labels;

    /// <summary>Reads every row of a view once.</summary>
    /// <param name="view">The data.</param>
    /// <param name="features">Its image column.</param>
    /// <param name="labels">Its label column.</param>
    /// <param name="imageSize">The size to resize MLImages to; null leaves them as they are.</param>
    /// <param name="classOf">Class of the model by class of the column; null where they are the same.</param>
    /// <param name="cancellation">Stops between rows.</param>
    internal static LabeledImages Read(IDataView view, ImageColumn features, LabelColumn labels, ImageShape? imageSize, int[]? classOf, CancellationToken cancellation)
    {
        using DataViewRowCursor cursor = view.GetRowCursor([features.Column, labels.Column]);
        LabeledImages? set = null;
        Func<int> label = labels.Reader(cursor);
        ReadPixels<byte>? bytes = null;
        ReadPixels<float>? singles = null;
        while (cursor.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            if (set is null)
            {
                ImageShape shape = imageSize ?? features.Shape ?? MLImageReader.ShapeOf(cursor, features.Column);
                set = new(shape, features.Kind);
                if (features.Kind == ImageKind.Singles) singles = features.SingleReader(cursor);
                else bytes = features.ByteReader(cursor, shape, resize: imageSize is not null);
            }

            int number = label();
            int mapped = classOf is null ? number : classOf[number];
            if (mapped < 0)
            {
                throw new InvalidDataException($"Column '{labels.Column.Name}', row {cursor.Position}: class "
                    + $"'{labels.Values.Values![number]}' is not among the training set's.");
            }

            bytes?.Invoke(set._bytes!.Add());
            if (singles is not null) ReadFinite(singles, set._singles!.Add(), features.Column.Name, cursor.Position);
            set._labels.Add(mapped);
        }

        return set ?? throw new InvalidDataException("The data has no rows.");
    }

    private static void ReadFinite(ReadPixels<float> read, Span<float> image, string column, long row)
    {
        read(image);
        foreach (float value in image)
        {
            if (!float.IsFinite(value)) throw new InvalidDataException($"Column '{column}', row {row}: a pixel is {value}. Replace such values before training.");
        }
    }

    /// <summary>Writes one image, placed and normalised, as HWC singles.</summary>
    internal void Write(int image, Placement placement, PixelMap map, Span<float> hwc)
    {
        if (_bytes is not null) placement.Write(_bytes[image], Shape, map.Bytes, hwc);
        else placement.Write(_singles![image], Shape, map.Singles, hwc);
    }

    /// <summary>SHA-256 of some images and their classes: the same data, the same text.</summary>
    internal string Fingerprint(IReadOnlyList<int> rows)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (int row in rows)
        {
            hash.AppendData(_bytes is not null ? _bytes[row] : MemoryMarshal.AsBytes(_singles![row]));
            hash.AppendData(BitConverter.GetBytes(_labels[row]));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Sum and sum of squares of a channel's values over the given images, white being 1 (of the whole image, before augmentation).</summary>
    internal (double Sum, double Squares) Moments(int image, int channel, double pixelScale)
    {
        if (_bytes is not null)
        {
            // Exact in integers: at most 2^32 values of 2^16.
            long sum = 0, squares = 0;
            foreach (byte value in _bytes[image].Slice(channel * Shape.Pixels, Shape.Pixels))
            {
                sum += value;
                squares += value * value;
            }

            return (sum / 255.0, squares / (255.0 * 255.0));
        }

        double singleSum = 0, singleSquares = 0;
        foreach (float value in _singles![image].Slice(channel * Shape.Pixels, Shape.Pixels))
        {
            double scaled = value / pixelScale;
            singleSum += scaled;
            singleSquares += scaled * scaled;
        }

        return (singleSum, singleSquares);
    }
}
