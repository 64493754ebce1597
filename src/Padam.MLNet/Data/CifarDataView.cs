using Microsoft.ML;
using Microsoft.ML.Data;

namespace Padam.MLNet.Data;

/// <summary>CIFAR records as a data view: Label, a key with the class names, and Features, Vector&lt;Byte,3,32,32&gt;.</summary>
internal sealed class CifarDataView : IDataView
{
    private readonly CifarFormat _format;
    private readonly byte[][] _files;
    private readonly long _rows;

    internal CifarDataView(CifarFormat format, string folder, CifarSplit split)
    {
        _format = format;
        string[] names = format.ReadClassNames(folder);
        _files = format.Read(folder, split);
        _rows = _files.Sum(file => (long)file.Length / format.RecordBytes);

        var schema = new DataViewSchema.Builder();
        schema.AddColumn("Label", new KeyDataViewType(typeof(uint), format.Classes), KeyValues.Annotation(names));
        schema.AddColumn(
            "Features",
            new VectorDataViewType(NumberDataViewType.Byte, CifarFormat.Channels, CifarFormat.Side, CifarFormat.Side)
        );
        Schema = schema.ToSchema();
    }

    public DataViewSchema Schema { get; }

    public bool CanShuffle => true;

    public long? GetRowCount() => _rows;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(
            this,
            [.. columnsNeeded.Select(column => column.Index)],
            rand is null ? null : Order.Shuffled(checked((int)_rows), rand.Next(int.MaxValue))
        );

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private ReadOnlySpan<byte> Record(long row)
    {
        foreach (byte[] file in _files)
        {
            long records = file.Length / _format.RecordBytes;
            if (row < records)
                return file.AsSpan((int)row * _format.RecordBytes, _format.RecordBytes);
            row -= records;
        }

        throw new ArgumentOutOfRangeException(nameof(row));
    }

    private sealed class Cursor(CifarDataView view, HashSet<int> active, int[]? order) : RowCursor(view.Schema, view._rows, active, order)
    {
        // Keys count from 1: 0 is ML.NET's missing value.
        protected override Delegate Getter(int column) =>
            column == 0
                ? (ValueGetter<uint>)((ref uint key) => key = view.Record(Row)[view._format.LabelByte] + 1u)
                : (ValueGetter<VBuffer<byte>>)Pixels;

        private void Pixels(ref VBuffer<byte> pixels)
        {
            var editor = VBufferEditor.Create(ref pixels, CifarFormat.PixelBytes);
            view.Record(Row)[view._format.LabelBytes..].CopyTo(editor.Values);
            pixels = editor.Commit();
        }
    }
}
