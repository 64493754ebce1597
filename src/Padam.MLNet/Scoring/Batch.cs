using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet.Models;

namespace Padam.MLNet.Scoring;

/// <summary>
/// The images of up to InferenceBatchSize rows, which a cursor of its own reads ahead, and, once one is asked for, the network's answers.
/// </summary>
internal sealed class Batch : IRowAnswers
{
    private readonly DataViewRowCursor _ahead;
    private readonly FeatureReader _reader;
    private readonly FeatureReader? _passed;
    private readonly ValueGetter<DataViewRowId> _rowId;
    private readonly OutputSchema _schema;
    private readonly SharedNetwork _network;
    private readonly int _outputs;
    private readonly List<DataViewRowId> _ids = [];
    private readonly BatchImages _images;
    private readonly float[] _image;
    private float[] _answers = [];
    private long _first;
    private int _current;
    private bool _scored;

    /// <param name="input">The rows.</param>
    /// <param name="passed">The cursor whose other columns are passed through, to be compared with; null where none are.</param>
    /// <param name="schema">Names the image column, active in both, and what is asked of the network.</param>
    /// <param name="network">The network.</param>
    internal Batch(IDataView input, DataViewRow? passed, OutputSchema schema, SharedNetwork network)
    {
        (_schema, _network) = (schema, network);
        _outputs = network.Model.Outputs;
        _images = new BatchImages(network.Model);
        _image = new float[network.Model.Shape.Values];
        _ahead = input.GetRowCursor([schema.Feature.Column]);
        try
        {
            _reader = new FeatureReader(_ahead, schema.Feature, network.Model);
            if (passed is not null)
                _passed = new FeatureReader(passed, schema.Feature, network.Model);
            _rowId = _ahead.GetIdGetter();
        }
        catch
        {
            _ahead.Dispose();
            throw;
        }
    }

    /// <summary>Makes a row the current one; reads the next batch where it begins.</summary>
    public void MoveTo(long position, DataViewRowId id)
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

    public ReadOnlySpan<float> Current()
    {
        if (!_scored)
        {
            if (_answers.Length < _ids.Count * _outputs)
                _answers = new float[_ids.Count * _outputs];
            _network.Score(_schema, _images.First(_ids.Count), _ids.Count, _answers);
            _scored = true;
        }

        return _answers.AsSpan(_current * _outputs, _outputs);
    }

    public void Dispose() => _ahead.Dispose();

    private void Fill(long position)
    {
        (_first, _scored) = (position, false);
        _ids.Clear();
        while (_ids.Count < _images.Most && _ahead.MoveNext())
        {
            _reader.Read(_images.Place(_ids.Count));
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
        return MemoryMarshal.AsBytes<float>(_image).SequenceEqual(MemoryMarshal.AsBytes(_images.First(1)));
    }
}
