using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet.Models;

namespace Padam.MLNet.Scoring;

/// <summary>Scores one row at a time: what prediction engines run on.</summary>
internal sealed class RowScorer(OutputSchema schema, SharedNetwork network) : IRowToRowMapper
{
    public DataViewSchema InputSchema => schema.Input;

    public DataViewSchema OutputSchema => schema.Output;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) =>
        schema.Needed([.. dependingColumns]);

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        network.ThrowIfDisposed();
        return new ScoredRow(input, schema, [.. activeColumns.Select(column => column.Index)], network);
    }

    private sealed class ScoredRow : DataViewRow
    {
        private readonly DataViewRow _input;
        private readonly OutputSchema _schema;
        private readonly HashSet<int> _active;
        private readonly SharedNetwork _network;
        private readonly FeatureReader? _reader;
        private readonly float[] _image,
            _answer;
        private long _scored = -1;

        internal ScoredRow(DataViewRow input, OutputSchema schema, HashSet<int> active, SharedNetwork network)
        {
            (_input, _schema, _active, _network) = (input, schema, active, network);
            if (active.Any(index => index >= schema.Input.Count))
                _reader = new FeatureReader(input, schema.Feature, network.Model);
            (_image, _answer) = (new float[network.Model.Shape.Values], new float[network.Model.Outputs]);
        }

        public override DataViewSchema Schema => _schema.Output;

        public override long Position => _input.Position;

        public override long Batch => _input.Batch;

        public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column.Index);

        public override ValueGetter<DataViewRowId> GetIdGetter() => _input.GetIdGetter();

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (!IsColumnActive(column))
                throw new InvalidOperationException($"Column '{column.Name}' was not asked for when the row was made.");
            return _schema.IsOurs(column) ? _schema.Getter<TValue>(column, Current) : _input.GetGetter<TValue>(_schema.Input[column.Index]);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _input.Dispose();
            base.Dispose(disposing);
        }

        private ReadOnlySpan<float> Current()
        {
            if (_scored != _input.Position)
            {
                _reader!.Read(_image);
                _network.Score(_schema, _image, 1, _answer);
                _scored = _input.Position;
            }

            return _answer;
        }
    }
}
