using System.Collections.Concurrent;
using System.Text.Json;

namespace LoadClient;

/// <summary>What was sent and what came back, and what of it is wrong.</summary>
internal sealed class Tally
{
    /// <summary>Between a picture scored alone and in a batch: the last bits of single precision.</summary>
    private const double Rounding = 1e-4;

    private const int FaultsShown = 10;

    private readonly ConcurrentQueue<(Upload Upload, Reply Reply)> _replies = new();
    private readonly ConcurrentQueue<TimeSpan> _slow = new();
    private int _faults;
    private double _largest;

    public int Faults => _faults;

    public void Add(Upload upload, Reply reply)
    {
        _replies.Enqueue((upload, reply));
        Check(upload, reply, mayBeBusy: false);
    }

    /// <summary>Somebody slow was cut off, or was not.</summary>
    public void Add(TimeSpan? cutOff)
    {
        if (cutOff is { } after)
            _slow.Enqueue(after);
        else
            Fault("Somebody who sends a byte a second was not cut off.");
    }

    public void Check(Upload upload, Reply reply, bool mayBeBusy)
    {
        if (mayBeBusy && reply.Status == 503)
        {
            Sentence(upload, reply);
            return;
        }

        if (!upload.Statuses.Contains(reply.Status))
        {
            Fault($"{upload.Kind}: {reply.Status} where {string.Join(" or ", upload.Statuses)} is right: {reply.Text}");
            return;
        }

        if (reply.Status >= 400)
            Sentence(upload, reply);
        else if (reply.Status == 200 && upload.Scores is { } expected)
            Compare(upload, expected, reply);
    }

    public void Print(double seconds)
    {
        Console.WriteLine($"{_replies.Count} requests, {_replies.Count / seconds:F0} a second:");
        foreach (var kind in _replies.GroupBy(sent => sent.Upload.Kind).OrderBy(kind => kind.Min(sent => sent.Upload.Statuses[0])))
        {
            string statuses = string.Join(
                ", ",
                kind.CountBy(sent => sent.Reply.Status)
                    .OrderBy(status => status.Key)
                    .Select(status => $"{status.Value} x {(status.Key == 0 ? "connection closed" : status.Key)}")
            );
            double[] times = [.. kind.Select(sent => sent.Reply.Time.TotalMilliseconds).Order()];
            Console.WriteLine(
                $"  {kind.Key, -28} {statuses, -32} median {times[times.Length / 2], 5:F0} ms, "
                    + $"99 % {times[times.Length * 99 / 100], 5:F0} ms"
            );
        }

        Console.WriteLine(
            $"  {"a byte a second", -28} {_slow.Count} x cut off after {(_slow.IsEmpty ? 0 : _slow.Max().TotalSeconds):F1} s at most"
        );
        Console.WriteLine($"largest difference from the prediction computed alone: {_largest:E1}");
    }

    private void Compare(Upload upload, IReadOnlyDictionary<string, float> expected, Reply reply)
    {
        using JsonDocument answer = JsonDocument.Parse(reply.Text);
        JsonElement scores = answer.RootElement.GetProperty("scores");
        double difference = expected.Max(one => Math.Abs(one.Value - scores.GetProperty(one.Key).GetDouble()));
        lock (_replies)
            _largest = Math.Max(_largest, difference);
        string label = answer.RootElement.GetProperty("label").GetString()!;
        // Where two classes are as good as equal, either is the answer.
        bool rightLabel = expected[label] >= expected.Values.Max() - Rounding;
        if (difference > Rounding || !rightLabel)
            Fault($"{upload.Kind}: another answer than the one computed alone, {difference:E1} apart: {reply.Text}");
    }

    // Every refusal says why.
    private void Sentence(Upload upload, Reply reply)
    {
        try
        {
            using JsonDocument answer = JsonDocument.Parse(reply.Text);
            if (answer.RootElement.GetProperty("error").GetString() is { Length: > 10 })
                return;
        }
        catch (JsonException)
        {
            // Said below.
        }

        Fault($"{upload.Kind}: {reply.Status} without a sentence: '{reply.Text}'");
    }

    private void Fault(string what)
    {
        if (Interlocked.Increment(ref _faults) <= FaultsShown)
            Console.WriteLine(what);
    }
}
