using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML;

namespace Padam.MLNet.Data;

/// <summary>A data set: images of one size as they were given, and their classes from 0.</summary>
internal sealed class LabeledImages : IDisposable
{
    private readonly IPixels<byte>? _bytes;
    private readonly PixelStore<float>? _singles;
    private readonly Func<DataViewRow, ImageColumn, ImageFitting, Action> _reader;
    private readonly List<int> _labels = [];
    private readonly List<float>? _weights;

    private LabeledImages(ImageShape shape, bool weighted, ImageKind kind, ImageMemory memory)
    {
        Shape = shape;
        _weights = weighted ? [] : null;
        if (kind == ImageKind.Singles)
        {
            var store = new PixelStore<float>(shape.Values, memory);
            _singles = store;
            _reader = (row, features, _) => Into(store, Finite(features.SingleReader(row), row, features.Column.Name));
        }
        else
        {
            var store = new PixelStore<byte>(shape.Values, memory);
            _bytes = store;
            _reader = (row, features, fitting) => Into(store, features.ByteReader(row, shape, fitting));
        }

        static Action Into<T>(PixelStore<T> store, ReadPixels<T> read)
            where T : unmanaged => () => store.Add(read);
    }

    // Of all rows of a view that has them in memory.
    private LabeledImages(ImageShape shape, bool weighted, IPixels<byte> pixels)
    {
        Shape = shape;
        _weights = weighted ? [] : null;
        _bytes = pixels;
        _reader = (_, _, _) => () => { };
    }

    internal ImageShape Shape { get; }

    internal PixelKind Pixels => _bytes is null ? PixelKind.Singles : PixelKind.Bytes;

    internal int Count => _labels.Count;

    internal IReadOnlyList<int> Labels => _labels;

    /// <summary>What each image counts for; null where nothing was said of it.</summary>
    internal IReadOnlyList<float>? Weights => _weights;

    /// <summary>Images beyond the memory limit, which are in a temporary file.</summary>
    internal int InFile => _bytes?.InFile ?? _singles!.InFile;

    /// <summary>What was wrong with each row that was left out.</summary>
    internal IReadOnlyList<string> Skipped { get; private set; } = [];

    /// <summary>Images with transparent pixels.</summary>
    internal int Transparent { get; private set; }

    /// <summary>Reads every row of a view once.</summary>
    /// <param name="view">The data.</param>
    /// <param name="features">Its image column.</param>
    /// <param name="labels">Its label column.</param>
    /// <param name="classOf">Class of the model by class of the column; null where they are the same.</param>
    /// <param name="reading">How.</param>
    internal static LabeledImages Read(IDataView view, ImageColumn features, LabelColumn labels, int[]? classOf, ImageReading reading)
    {
        // Read where they lie.
        IPixels<byte>? lying = (view as IImagesInMemory)?.Images(features.Column);
        DataViewSchema.Column[] columns = [features.Column, labels.Column];
        using DataViewRowCursor cursor = view.GetRowCursor(reading.Weights is null ? columns : [.. columns, reading.Weights.Column]);
        LabeledImages? set = null;
        Func<int> label = labels.Reader(cursor);
        Func<float>? weight = reading.Weights?.Reader(cursor);
        Action? readImage = null;
        List<string> skipped = [];
        int transparent = 0;
        var fitting = new ImageFitting(reading.Preprocessing, mayResize: reading.Size is not null, () => transparent++);
        try
        {
            while (cursor.MoveNext())
            {
                reading.Cancellation.ThrowIfCancellationRequested();
                int number = label();
                float counts = weight?.Invoke() ?? 1;
                int mapped = classOf is null ? number : classOf[number];
                if (mapped < 0)
                {
                    throw new InvalidDataException(
                        $"Column '{labels.Column.Name}', row {cursor.Position}: class "
                            + $"'{labels.Values.Values![number]}' is not among the training set's."
                    );
                }

                try
                {
                    if (set is null)
                    {
                        set = lying is not null
                            ? new(features.Shape!.Value, weight is not null, lying)
                            : new(
                                reading.Size ?? features.Shape ?? features.ShapeOf(cursor, fitting),
                                weight is not null,
                                features.Kind,
                                reading.Memory
                            );
                        reading.Check?.Invoke(set.Shape);
                    }

                    readImage ??= set._reader(cursor, features, fitting);
                    readImage();
                }
                catch (BadImageException bad) when (reading.SkipBad)
                {
                    skipped.Add(bad.Message);
                    continue;
                }
                catch (BadImageException bad)
                {
                    throw new BadImageException($"{bad.Message} Replace or remove it, or set SkipBadImages to leave such rows out.", bad);
                }
                catch (OutOfMemoryException fault) when (set is not null)
                {
                    throw new InsufficientMemoryException(
                        $"Memory ran out after {set.Count} images of {set.Shape}. Take fewer rows (Data.TakeRows) or smaller images "
                            + "(ImageSize, Transforms.ResizeImages).",
                        fault
                    );
                }

                set._labels.Add(mapped);
                set._weights?.Add(counts);
            }

            if (set is null || set.Count == 0)
                throw new InvalidDataException(
                    skipped.Count == 0 ? "The data has no rows." : $"All {skipped.Count} images were skipped. {skipped[0]}"
                );
            (set.Skipped, set.Transparent) = (skipped, transparent);
            return set;
        }
        catch
        {
            set?.Dispose();
            throw;
        }
    }

    /// <summary>Removes the temporary file, where there is one.</summary>
    public void Dispose()
    {
        // What lies in memory is the view's.
        (_bytes as PixelStore<byte>)?.Dispose();
        _singles?.Dispose();
    }

    private static ReadPixels<float> Finite(ReadPixels<float> read, DataViewRow row, string column) =>
        chw =>
        {
            read(chw);
            foreach (float value in chw)
            {
                if (!float.IsFinite(value))
                    throw new InvalidDataException(
                        $"Column '{column}', row {row.Position}: a pixel is {value}. Replace such values before training."
                    );
            }
        };

    /// <summary>An image of bytes, CHW; valid until the thread's next call.</summary>
    internal ReadOnlySpan<byte> Bytes(int image) => _bytes![image];

    /// <summary>Bytes of an image as it was given.</summary>
    internal int StoredBytes => Shape.Values * (_bytes is null ? sizeof(float) : 1);

    /// <summary>Copies an image as it was given: its bytes, or those of its singles, CHW.</summary>
    internal void CopyStored(int image, Span<byte> target) =>
        (_bytes is not null ? _bytes[image] : MemoryMarshal.AsBytes(_singles![image])).CopyTo(target);

    /// <summary>Writes one image, placed and normalised, as HWC singles.</summary>
    internal void Write(int image, Placement placement, PixelMap map, Span<float> hwc)
    {
        if (_bytes is not null)
            placement.Write(_bytes[image], Shape, map.Bytes, hwc);
        else
            placement.Write(_singles![image], Shape, map.Singles, hwc);
    }

    /// <summary>SHA-256 of some images, their classes and weights: the same data, the same text.</summary>
    internal string Fingerprint(IReadOnlyList<int> rows)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (int row in rows)
        {
            hash.AppendData(_bytes is not null ? _bytes[row] : MemoryMarshal.AsBytes(_singles![row]));
            hash.AppendData(BitConverter.GetBytes(_labels[row]));
            if (_weights is not null)
                hash.AppendData(BitConverter.GetBytes(_weights[row]));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>
    /// Sum and sum of squares of a channel's values over the given images, white being 1 (of the whole image, before augmentation).
    /// </summary>
    internal (double Sum, double Squares) Moments(int image, int channel, double pixelScale)
    {
        if (_bytes is not null)
        {
            // Exact in integers: at most 2^32 values of 2^16.
            long sum = 0,
                squares = 0;
            foreach (byte value in _bytes[image].Slice(channel * Shape.Pixels, Shape.Pixels))
            {
                sum += value;
                squares += value * value;
            }

            return (sum / 255.0, squares / (255.0 * 255.0));
        }

        double singleSum = 0,
            singleSquares = 0;
        foreach (float value in _singles![image].Slice(channel * Shape.Pixels, Shape.Pixels))
        {
            double scaled = value / pixelScale;
            singleSum += scaled;
            singleSquares += scaled * scaled;
        }

        return (singleSum, singleSquares);
    }
}

/// <summary>How images are read into memory.</summary>
/// <param name="Memory">How much of them may stay there.</param>
internal sealed record ImageReading(ImageMemory Memory)
{
    /// <summary>The size that pictures are brought to; null leaves them as they are.</summary>
    internal ImageShape? Size { get; init; }

    /// <summary>Refuses images of a size, once the first row has told it; null for none.</summary>
    internal Action<ImageShape>? Check { get; init; }

    /// <summary>How they become pixels.</summary>
    internal ImagePreprocessing Preprocessing { get; init; } = new();

    /// <summary>Whether rows whose image cannot be had are left out and counted.</summary>
    internal bool SkipBad { get; init; }

    /// <summary>The column of what each row counts for; null for none.</summary>
    internal WeightColumn? Weights { get; init; }

    /// <summary>Stops between rows.</summary>
    internal CancellationToken Cancellation { get; init; }
}
