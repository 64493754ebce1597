using Microsoft.ML;
using Microsoft.ML.Data;

namespace Padam.MLNet.Scoring;

/// <summary>The network's answers to the rows of a cursor, from the first row to the last.</summary>
internal interface IRowAnswers : IDisposable
{
    /// <summary>Makes a row the current one.</summary>
    void MoveTo(long position, DataViewRowId id);

    /// <summary>The answer to it.</summary>
    ReadOnlySpan<float> Current();
}

/// <summary>Passes the rows of one cursor through, beside the network's answers to them.</summary>
internal sealed class ScoredCursor : DataViewRowCursor
{
    private readonly OutputSchema _schema;
    private readonly HashSet<int> _active;
    private readonly DataViewRowCursor _rows;
    private readonly IRowAnswers? _answers;
    private readonly ValueGetter<DataViewRowId> _rowId;

    /// <param name="input">The rows.</param>
    /// <param name="schema">Their columns, and those of the answers.</param>
    /// <param name="columns">Those that will be read.</param>
    /// <param name="answers">
    /// Begins the answers, beside the cursor whose other columns are passed through; null where none are. Not called where no answer will
    /// be read.
    /// </param>
    internal ScoredCursor(
        IDataView input,
        OutputSchema schema,
        IReadOnlyCollection<DataViewSchema.Column> columns,
        Func<DataViewRow?, IRowAnswers> answers
    )
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
            _answers = answers(passes ? _rows : null);
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
        _answers?.MoveTo(_rows.Position, RowId());
        return true;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column.Index);

    public override ValueGetter<DataViewRowId> GetIdGetter() => _rows.GetIdGetter();

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
            throw new InvalidOperationException($"Column '{column.Name}' was not asked for when the cursor was made.");
        return _schema.IsOurs(column)
            ? _schema.Getter<TValue>(column, _answers!.Current)
            : _rows.GetGetter<TValue>(_schema.Input[column.Index]);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _rows.Dispose();
            _answers?.Dispose();
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
