using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet.Data;
using Padam.MLNet.Models;

namespace Padam.MLNet.Scoring;

/// <summary>
/// Passes the rows of one cursor through; a second one reads the images a batch ahead, and the network runs when a score of the batch is
/// first asked for.
/// </summary>
internal sealed class BatchedCursor : DataViewRowCursor
{
    private readonly ScoreSchema _schema;
    private readonly HashSet<int> _active;
    private readonly DataViewRowCursor _rows;
    private readonly DataViewRowCursor? _ahead;
    private readonly Batch? _batch;
    private readonly ValueGetter<DataViewRowId> _rowId;

    internal BatchedCursor(IDataView input, ScoreSchema schema, IReadOnlyCollection<DataViewSchema.Column> columns, SharedNetwork network)
    {
        _schema = schema;
        _active = [.. columns.Select(column => column.Index)];
        bool scores = columns.Any(schema.IsOurs),
            passes = columns.Any(column => !schema.IsOurs(column));
        _rows = input.GetRowCursor(passes ? schema.Needed(columns) : []);
        _rowId = _rows.GetIdGetter();
        if (scores)
        {
            _ahead = input.GetRowCursor([schema.Feature.Column]);
            _batch = new Batch(_ahead, passes ? _rows : null, schema.Feature, network);
        }
    }

    public override DataViewSchema Schema => _schema.Output;

    public override long Position => _rows.Position;

    public override long Batch => _rows.Batch;

    public override bool MoveNext()
    {
        if (!_rows.MoveNext())
            return false;
        _batch?.MoveTo(_rows.Position, RowId());
        return true;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column.Index);

    public override ValueGetter<DataViewRowId> GetIdGetter() => _rows.GetIdGetter();

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
            throw new InvalidOperationException($"Column '{column.Name}' was not asked for when the cursor was made.");
        return _schema.IsOurs(column)
            ? Prediction.Getter<TValue>(_schema, column, _batch!.Current)
            : _rows.GetGetter<TValue>(_schema.Input[column.Index]);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _rows.Dispose();
            _ahead?.Dispose();
        }

        base.Dispose(disposing);
    }

    private DataViewRowId RowId()
    {
        DataViewRowId id = default;
        _rowId(ref id);
        return id;
    }
}

/// <summary>The images of up to InferenceBatchSize rows and, once asked for, their probabilities.</summary>
internal sealed class Batch
{
    private readonly DataViewRowCursor _ahead;
    private readonly FeatureReader _reader;
    private readonly FeatureReader? _passed;
    private readonly ValueGetter<DataViewRowId> _rowId;
    private readonly SharedNetwork _network;
    private readonly int _values,
        _classes;
    private readonly List<DataViewRowId> _ids = [];
    private readonly float[] _image;
    private float[] _images = [],
        _probabilities = [];
    private long _first;
    private int _current;
    private bool _scored;

    /// <param name="ahead">The cursor that reads the images.</param>
    /// <param name="passed">The cursor whose other columns are passed through, to be compared with; null where none are.</param>
    /// <param name="features">The image column, active in both.</param>
    /// <param name="network">The network.</param>
    internal Batch(DataViewRowCursor ahead, DataViewRow? passed, ImageColumn features, SharedNetwork network)
    {
        (_ahead, _network) = (ahead, network);
        _reader = new FeatureReader(ahead, features, network.Model);
        if (passed is not null)
            _passed = new FeatureReader(passed, features, network.Model);
        _rowId = ahead.GetIdGetter();
        (_values, _classes) = (network.Model.Shape.Values, network.Model.Classes);
        _image = new float[_values];
    }

    /// <summary>Makes a row the current one; reads the next batch where it begins.</summary>
    internal void MoveTo(long position, DataViewRowId id)
    {
        bool begins = position >= _first + _ids.Count;
        if (begins)
            Fill(position);
        _current = (int)(position - _first);
        // An enumerable that yields other rows each time gives them the same ids, so one image of each batch is compared as well.
        if (!_ids[_current].Equals(id) || (begins && !FirstImageIsThePassedRows()))
        {
            throw new InvalidOperationException(
                $"Row {position}: the data before the scorer yields other rows, or another order, each time it is read (an enumerable in "
                    + "random order, a random transform?). "
                    + "Read it once and keep it: Data.CreateEnumerable, ToList, then Data.LoadFromEnumerable."
            );
        }
    }

    /// <summary>The probabilities of the current row.</summary>
    internal ReadOnlySpan<float> Current()
    {
        if (!_scored)
        {
            if (_probabilities.Length < _ids.Count * _classes)
                _probabilities = new float[_ids.Count * _classes];
            _network.Score(_images.AsSpan(0, _ids.Count * _values), _ids.Count, _probabilities);
            _scored = true;
        }

        return _probabilities.AsSpan(_current * _classes, _classes);
    }

    private void Fill(long position)
    {
        (_first, _scored) = (position, false);
        _ids.Clear();
        int size = _network.Model.InferenceBatchSize;
        while (_ids.Count < size && _ahead.MoveNext())
        {
            // Grows with the data: a large batch size must cost a small view nothing.
            if (_images.Length < checked((_ids.Count + 1) * _values))
                Array.Resize(ref _images, checked((int)Math.Min(size, Math.Max(16, 2L * _ids.Count)) * _values));
            _reader.Read(_images.AsSpan(_ids.Count * _values, _values));
            DataViewRowId id = default;
            _rowId(ref id);
            _ids.Add(id);
        }

        if (_ids.Count == 0)
            throw new InvalidOperationException(
                $"Row {position}: the data before the scorer had fewer rows when it was read a second time."
            );
    }

    private bool FirstImageIsThePassedRows()
    {
        if (_passed is null)
            return true;
        _passed.Read(_image);
        // Bits, so that a pixel that is no number equals itself.
        return MemoryMarshal.AsBytes<float>(_image).SequenceEqual(MemoryMarshal.AsBytes(_images.AsSpan(0, _values)));
    }
}
