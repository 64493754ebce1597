using Microsoft.ML;
using Microsoft.ML.Data;

namespace Padam.MLNet.Data;

/// <summary>CIFAR records as a data view: Label, a key with the class names, and Features, Vector&lt;Byte,3,32,32&gt;.</summary>
internal sealed class CifarDataView : IDataView, IImagesInMemory
{
    private const int Label = 0,
        Features = 1;

    private readonly CifarRecords _records;
    private readonly long _rows;

    internal CifarDataView(CifarFormat format, string folder, CifarSplit split)
    {
        string[] names = format.ReadClassNames(folder);
        _records = new(format, format.Read(folder, split));
        _rows = _records.Count;

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

    public IPixels<byte>? Images(DataViewSchema.Column column) => column.Index == Features ? _records : null;

    private sealed class Cursor(CifarDataView view, HashSet<int> active, int[]? order) : RowCursor(view.Schema, view._rows, active, order)
    {
        // Keys count from 1: 0 is ML.NET's missing value.
        protected override Delegate Getter(int column) =>
            column == Label
                ? (ValueGetter<uint>)((ref uint key) => key = view._records.Label(Row) + 1u)
                : (ValueGetter<VBuffer<byte>>)Pixels;

        private void Pixels(ref VBuffer<byte> pixels)
        {
            var editor = VBufferEditor.Create(ref pixels, CifarFormat.PixelBytes);
            view._records[Row].CopyTo(editor.Values);
            pixels = editor.Commit();
        }
    }
}
