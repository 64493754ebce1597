using Microsoft.ML.Data;

namespace Padam.MLNet.Data;

/// <summary>
/// Decodes the pictures that come next on other threads while the caller works on the one that it has, once it reads one after the other.
/// As many wait as there are processors, fewer where pictures are large.
/// </summary>
/// <param name="decode">Decodes the picture at a position; called from many threads.</param>
/// <param name="count">Positions are below it.</param>
internal sealed class DecodingAhead(Func<long, MLImage> decode, long count) : IDisposable
{
    // Bytes of decoded pictures that wait.
    private const long Most = 256L << 20;

    private const int BytesAPixel = 4;

    private readonly Queue<(long Position, Task<MLImage> Picture)> _waiting = [];
    private long _last = -1,
        _next;
    private int _depth = Environment.ProcessorCount;

    /// <summary>The picture at a position, not before the last one; the caller disposes it. Throws what decoding it threw.</summary>
    internal MLImage At(long position)
    {
        bool followsLast = position == _last + 1 && position > 0;
        _last = position;
        while (_waiting.TryPeek(out var first) && first.Position < position)
            Drop();
        if (followsLast)
            BeginFrom(position);
        bool waits = _waiting.TryPeek(out var begun) && begun.Position == position;
        MLImage picture = waits ? _waiting.Dequeue().Picture.GetAwaiter().GetResult() : decode(position);
        _depth = (int)Math.Clamp(Most / ((long)BytesAPixel * picture.Width * picture.Height), 1, Environment.ProcessorCount);
        return picture;
    }

    /// <summary>Frees the pictures that nobody asked for.</summary>
    public void Dispose()
    {
        while (_waiting.Count > 0)
            Drop();
    }

    private void BeginFrom(long position)
    {
        for (_next = Math.Max(_next, position); _next <= Math.Min(position + _depth, count - 1); _next++)
        {
            long at = _next;
            _waiting.Enqueue((at, Task.Run(() => decode(at))));
        }
    }

    private void Drop()
    {
        Task<MLImage> picture = _waiting.Dequeue().Picture;
        // A picture that nobody asks for fails nobody.
        _ = picture.ContinueWith(
            static task =>
            {
                if (task.Exception is null)
                    task.Result.Dispose();
            },
            TaskScheduler.Default
        );
    }
}
