using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace WebService;

/// <summary>
/// What the service counts, by System.Diagnostics.Metrics, so that <c>dotnet-counters</c> and OpenTelemetry see it too; and as the text
/// that Prometheus reads.
/// </summary>
internal sealed class ServiceMetrics : IDisposable
{
    private readonly Meter _meter = new("WebService");
    private readonly MeterListener _listener = new();
    private readonly Counter<long> _answers;
    private readonly Histogram<double> _answerSeconds,
        _batchSize,
        _batchSeconds;
    private readonly ConcurrentDictionary<(Instrument Instrument, string Label), (long Count, double Sum)> _values = new();

    public ServiceMetrics(ScoringQueue queue)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == _meter)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
        _answers = _meter.CreateCounter<long>("answers_total", description: "Requests answered, by status");
        _answerSeconds = _meter.CreateHistogram<double>("answer_seconds", description: "From the first byte to the answer");
        _batchSize = _meter.CreateHistogram<double>("batch_pictures", description: "Pictures that were scored together");
        _batchSeconds = _meter.CreateHistogram<double>("batch_seconds", description: "Scoring of one batch");
        _meter.CreateObservableGauge("queue_pictures", () => (long)queue.Length, description: "Pictures that wait");
        _meter.CreateObservableGauge("process_memory_bytes", () => Environment.WorkingSet, description: "Resident memory");
    }

    public void Answered(int status, TimeSpan time)
    {
        _answers.Add(1, new KeyValuePair<string, object?>("status", status));
        _answerSeconds.Record(time.TotalSeconds);
    }

    public void Scored(int pictures, TimeSpan time)
    {
        _batchSize.Record(pictures);
        _batchSeconds.Record(time.TotalSeconds);
    }

    /// <summary>All of them, one line a value.</summary>
    public string ToText()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        foreach (var values in _values.OrderBy(entry => entry.Key.Label, StringComparer.Ordinal).GroupBy(entry => entry.Key.Instrument))
        {
            string name = values.Key.Name;
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {values.Key.Description}\n# TYPE {name} {Kind(values.Key)}\n");
            foreach (((_, string label), (long count, double sum)) in values)
            {
                if (values.Key is Histogram<double>)
                    text.Append(CultureInfo.InvariantCulture, $"{name}_sum{label} {sum}\n{name}_count{label} {count}\n");
                else
                    text.Append(CultureInfo.InvariantCulture, $"{name}{label} {sum}\n");
            }
        }

        return text.ToString();
    }

    public void Dispose()
    {
        _listener.Dispose();
        _meter.Dispose();
    }

    private static string Kind(Instrument instrument) =>
        instrument switch
        {
            Counter<long> => "counter",
            Histogram<double> => "summary",
            _ => "gauge",
        };

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string label = tags.IsEmpty ? "" : $"{{{tags[0].Key}=\"{tags[0].Value}\"}}";
        bool adds = !instrument.IsObservable;
        _values.AddOrUpdate((instrument, label), (1, value), (_, old) => adds ? (old.Count + 1, old.Sum + value) : (old.Count, value));
    }
}
