using Microsoft.ML;
using Padam.MLNet.Data;
using Padam.MLNet.Models;

namespace Padam.MLNet.Scoring;

/// <summary>Reads a row's image as the network's input: normalised, HWC.</summary>
internal sealed class FeatureReader
{
    private readonly ImageShape _shape;
    private readonly PixelMap _map;
    private readonly byte[]? _bytes;
    private readonly float[]? _singles;
    private readonly ReadPixels<byte>? _readBytes;
    private readonly ReadPixels<float>? _readSingles;

    internal FeatureReader(DataViewRow row, ImageColumn column, NetworkDescription model)
    {
        (_shape, _map) = (model.Shape, model.PixelMap());
        if (column.Kind == ImageKind.Singles)
        {
            _singles = new float[_shape.Values];
            _readSingles = column.SingleReader(row);
        }
        else
        {
            _bytes = new byte[_shape.Values];
            _readBytes = column.ByteReader(row, _shape, new(model.ReadPreprocessing()));
        }
    }

    internal void Read(Span<float> hwc)
    {
        if (_readBytes is not null)
        {
            _readBytes(_bytes);
            Placement.Unmoved.Write<byte, PixelMap.ByteMap>(_bytes, _shape, _map.Bytes, hwc);
        }
        else
        {
            _readSingles!(_singles);
            Placement.Unmoved.Write<float, PixelMap.SingleMap>(_singles, _shape, _map.Singles, hwc);
        }
    }
}
