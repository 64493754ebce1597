using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet.Data;

namespace Padam.MLNet.Scoring;

/// <summary>
/// Passes the rows of one cursor through; a second one reads the images a batch ahead, and the network runs when a score of the batch is first asked for.
/// </summary>
internal sealed class BatchedCursor : DataViewRowCursor
{
    private readonly ScoreSchema _schema;
    private readonly HashSet<int> _active;
    private readonly DataViewRowCursor _rows;
    private readonly DataViewRowCursor? _ahead;
    private readonly Batch? _batch;
    private readonly ValueGetter<DataViewRowId> _rowId;

    internal BatchedCursor(IDataView input, ScoreSchema schema, IReadOnlyCollection<DataViewSchema.Column> columns, NetworkLease network)
    {
        _schema = schema;
        _active = [.. columns.Select(column => column.Index)];
        _rows = input.GetRowCursor(columns.Where(column => !schema.IsOurs(column)).Select(column => schema.Input[column.Index]));
        _rowId = _rows.GetIdGetter();
        if (columns.Any(schema.IsOurs))
        {
            _ahead = input.GetRowCursor([schema.Feature.Column]);
            _batch = new Batch(_ahead, schema.Feature, network);
        }
    }

    public override DataViewSchema Schema => _schema.Output;

    public override long Position => _rows.Position;

    public override long Batch => _rows.Batch;

    public override bool MoveNext()
    {
        if (!_rows.MoveNext()) return false;
        _batch?.MoveTo(_rows.Position, RowId());
        return true;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column.Index);

    public override ValueGetter<DataViewRowId> GetIdGetter() => _rows.GetIdGetter();

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column)) throw new InvalidOperationException($"Column '{column.Name}' was not asked for when the cursor was made.");
        return _schema.IsOurs(column) ? Prediction.Getter<TValue>(_schema, column, _batch!.Current) : _rows.GetGetter<TValue>(_schema.Input[column.Index]);
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
    private readonly ValueGetter<DataViewRowId> _rowId;
    private readonly NetworkLease _network;
    private readonly int _values, _classes;
    private readonly float[] _images, _probabilities;
    private readonly DataViewRowId[] _ids;
    private long _first;
    private int _count, _current;
    private bool _scored;

    internal Batch(DataViewRowCursor ahead, ImageColumn features, NetworkLease network)
    {
        (_ahead, _network) = (ahead, network);
        _reader = new FeatureReader(ahead, features, network.Model);
        _rowId = ahead.GetIdGetter();
        (_values, _classes) = (network.Model.Shape.Values, network.Model.Classes);
        int size = network.Model.InferenceBatchSize;
        (_images, _probabilities, _ids) = (new float[size * _values], new float[size * _classes], new DataViewRowId[size]);
    }

    /// <summary>Makes a row the current one; reads the next batch where it begins.</summary>
    internal void MoveTo(long position, DataViewRowId id)
    {
        if (position >= _first + _count) Fill(position);
        _current = (int)(position - _first);
        if (!_ids[_current].Equals(id))
        {
            throw new InvalidOperationException($"Row {position}: the data before the scorer yields its rows in another order each time it is read (a shuffle without a seed?). "
                + "Put Data.Cache, or ToEnumerable and LoadFromEnumerable, between the two.");
        }
    }

    /// <summary>The probabilities of the current row.</summary>
    internal ReadOnlySpan<float> Current()
    {
        if (!_scored)
        {
            _network.Score(_images.AsSpan(0, _count * _values), _count, _probabilities);
            _scored = true;
        }

        return _probabilities.AsSpan(_current * _classes, _classes);
    }

    private void Fill(long position)
    {
        (_first, _count, _scored) = (position, 0, false);
        while (_count < _ids.Length && _ahead.MoveNext())
        {
            _reader.Read(_images.AsSpan(_count * _values, _values));
            _rowId(ref _ids[_count++]);
        }

        if (_count == 0) throw new InvalidOperationException($"Row {position}: the data before the scorer had fewer rows when it was read a second time.");
    }
}
