using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet.Models;

namespace Padam.MLNet.Scoring;

/// <summary>
/// Passes the rows of one cursor through; a second one reads the images a batch ahead, and the network runs when an answer to one of the
/// batch is first asked for.
/// </summary>
internal sealed class BatchedCursor : DataViewRowCursor
{
    private readonly OutputSchema _schema;
    private readonly HashSet<int> _active;
    private readonly DataViewRowCursor _rows;
    private readonly DataViewRowCursor? _ahead;
    private readonly Batch? _batch;
    private readonly ValueGetter<DataViewRowId> _rowId;

    internal BatchedCursor(IDataView input, OutputSchema schema, IReadOnlyCollection<DataViewSchema.Column> columns, SharedNetwork network)
    {
        _schema = schema;
        _active = [.. columns.Select(column => column.Index)];
        bool scores = columns.Any(schema.IsOurs),
            passes = columns.Any(column => !schema.IsOurs(column));
        _rows = input.GetRowCursor(passes ? schema.Needed(columns) : []);
        _rowId = _rows.GetIdGetter();
        if (!scores)
            return;
        try
        {
            _ahead = input.GetRowCursor([schema.Feature.Column]);
            _batch = new Batch(_ahead, passes ? _rows : null, schema, network);
        }
        catch
        {
            Dispose();
            throw;
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
            ? _schema.Getter<TValue>(column, _batch!.Current)
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

/// <summary>The images of up to InferenceBatchSize rows and, once asked for, the network's answers.</summary>
internal sealed class Batch
{
    private readonly DataViewRowCursor _ahead;
    private readonly FeatureReader _reader;
    private readonly FeatureReader? _passed;
    private readonly ValueGetter<DataViewRowId> _rowId;
    private readonly OutputSchema _schema;
    private readonly SharedNetwork _network;
    private readonly int _values,
        _outputs;
    private readonly List<DataViewRowId> _ids = [];
    private readonly float[] _image;
    private float[] _images = [],
        _answers = [];
    private long _first;
    private int _current;
    private bool _scored;

    /// <param name="ahead">The cursor that reads the images.</param>
    /// <param name="passed">The cursor whose other columns are passed through, to be compared with; null where none are.</param>
    /// <param name="schema">Names the image column, active in both, and what is asked of the network.</param>
    /// <param name="network">The network.</param>
    internal Batch(DataViewRowCursor ahead, DataViewRow? passed, OutputSchema schema, SharedNetwork network)
    {
        (_ahead, _schema, _network) = (ahead, schema, network);
        _reader = new FeatureReader(ahead, schema.Feature, network.Model);
        if (passed is not null)
            _passed = new FeatureReader(passed, schema.Feature, network.Model);
        _rowId = ahead.GetIdGetter();
        (_values, _outputs) = (network.Model.Shape.Values, network.Model.Outputs);
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

    /// <summary>The answer to the current row.</summary>
    internal ReadOnlySpan<float> Current()
    {
        if (!_scored)
        {
            if (_answers.Length < _ids.Count * _outputs)
                _answers = new float[_ids.Count * _outputs];
            _network.Score(_schema, _images.AsSpan(0, _ids.Count * _values), _ids.Count, _answers);
            _scored = true;
        }

        return _answers.AsSpan(_current * _outputs, _outputs);
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
