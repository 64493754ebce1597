using Microsoft.ML;
using Microsoft.ML.Data;

namespace Padam.MLNet.Data;

/// <summary>A cursor over numbered rows, in order or shuffled; what a row holds is its heirs' business.</summary>
internal abstract class RowCursor(DataViewSchema schema, long rows, HashSet<int> active, int[]? order) : DataViewRowCursor
{
    private long _position = -1;
    private bool _isAtEnd;

    public override DataViewSchema Schema => schema;

    public override long Position => _position;

    public override long Batch => 0;

    /// <summary>The number of the current row in the view.</summary>
    protected int Row => RowAt(_position);

    public override bool MoveNext()
    {
        _isAtEnd |= _position + 1 >= rows;
        _position = _isAtEnd ? -1 : _position + 1;
        return !_isAtEnd;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
            throw new InvalidOperationException($"Column '{column.Name}' was not asked for when the cursor was made.");
        return Getter(column.Index) as ValueGetter<TValue>
            ?? throw new InvalidOperationException($"Column '{column.Name}' is a {column.Type}, not a {TypeName.Of(typeof(TValue))}.");
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)Row, 0);

    /// <summary>The number in the view of the row at a position of this cursor.</summary>
    protected int RowAt(long position) => order is null ? (int)position : order[position];

    /// <summary>The typed getter of a column.</summary>
    protected abstract Delegate Getter(int column);
}
