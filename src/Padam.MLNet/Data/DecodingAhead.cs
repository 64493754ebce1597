using Microsoft.ML.Data;

namespace Padam.MLNet.Data;

/// <summary>
/// Decodes the pictures that come next on other threads while the caller works on the one that it has, once it reads one after the other:
/// as many as there are processors, as far as they take no more than half a gigabyte.
/// </summary>
/// <param name="decode">Decodes the picture at a position; called from many threads.</param>
/// <param name="bytes">What decoding it takes, known before.</param>
/// <param name="count">Positions are below it.</param>
internal sealed class DecodingAhead(Func<long, MLImage> decode, Func<long, long> bytes, long count) : IDisposable
{
    private const long MostBytes = 512L << 20;

    private readonly Queue<(long Position, long Bytes, Task<MLImage> Picture)> _begun = [];
    private readonly CancellationTokenSource _disposed = new();
    private long _last = -1,
        _next,
        _bytesBegun;

    /// <summary>The picture at a position, not before the last one; the caller disposes it. Throws what decoding it threw.</summary>
    internal MLImage At(long position)
    {
        bool followsLast = position == _last + 1 && position > 0;
        _last = position;
        while (_begun.TryPeek(out var first) && first.Position < position)
            Drop(Taken());
        if (followsLast)
            BeginFrom(position);
        bool isBegun = _begun.TryPeek(out var begun) && begun.Position == position;
        return isBegun ? Taken().GetAwaiter().GetResult() : decode(position);
    }

    /// <summary>Waits for what is being decoded, begins nothing more, and frees the pictures that nobody asked for.</summary>
    public void Dispose()
    {
        _disposed.Cancel();
        while (_begun.Count > 0)
        {
            Task<MLImage> picture = Taken();
            Task.WaitAny(picture);
            Drop(picture);
        }

        _disposed.Dispose();
    }

    private void BeginFrom(long position)
    {
        for (_next = Math.Max(_next, position); _next < count && _begun.Count <= Environment.ProcessorCount; _next++)
        {
            (long at, long takes) = (_next, bytes(_next));
            if (_begun.Count > 0 && _bytesBegun + takes > MostBytes)
                return;
            _bytesBegun += takes;
            _begun.Enqueue((at, takes, Task.Run(() => decode(at), _disposed.Token)));
        }
    }

    private Task<MLImage> Taken()
    {
        (_, long takes, Task<MLImage> picture) = _begun.Dequeue();
        _bytesBegun -= takes;
        return picture;
    }

    // A picture that nobody asks for fails nobody.
    private static void Drop(Task<MLImage> picture) =>
        _ = picture.ContinueWith(
            static task =>
            {
                if (task.IsCompletedSuccessfully)
                    task.Result.Dispose();
                _ = task.Exception;
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default
        );
}
