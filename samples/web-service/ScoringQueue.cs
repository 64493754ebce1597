using System.Threading.Channels;

namespace WebService;

/// <summary>A decoded picture that waits for its scores.</summary>
/// <param name="Pixels">As the network takes them: planes of red, green and blue.</param>
/// <param name="Gone">Cancelled when the client goes away: nobody needs the scores then.</param>
internal sealed record Waiting(byte[] Pixels, CancellationToken Gone)
{
    private readonly TaskCompletionSource<float[]> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<float[]> Answer => _answer.Task.WaitAsync(Gone);

    public void Set(float[] scores) => _answer.TrySetResult(scores);

    public void Fail(Exception fault) => _answer.TrySetException(fault);
}

/// <summary>Between the requests, which are many, and the network, which is one.</summary>
internal sealed class ScoringQueue(Limits limits)
{
    private readonly Channel<Waiting> _waiting = Channel.CreateBounded<Waiting>(
        new BoundedChannelOptions(limits.Waiting) { SingleReader = true }
    );

    public int Length => _waiting.Reader.Count;

    /// <summary>Whether the picture found a place.</summary>
    public bool TryAdd(Waiting picture) => _waiting.Writer.TryWrite(picture);

    /// <summary>From here on no picture finds a place; those that have one keep it.</summary>
    public void Close() => _waiting.Writer.TryComplete();

    /// <summary>Waits for a picture, and a little longer for those that come right after it.</summary>
    /// <param name="batch">Receives them, without those whose clients are gone.</param>
    /// <returns>False where the queue is closed and empty.</returns>
    public async Task<bool> ReadBatchAsync(List<Waiting> batch)
    {
        batch.Clear();
        if (!await _waiting.Reader.WaitToReadAsync())
            return false;
        using var time = new CancellationTokenSource(limits.BatchTime);
        try
        {
            do
            {
                while (batch.Count < limits.Batch && _waiting.Reader.TryRead(out Waiting? picture))
                {
                    if (!picture.Gone.IsCancellationRequested)
                        batch.Add(picture);
                }
            } while (batch.Count < limits.Batch && await _waiting.Reader.WaitToReadAsync(time.Token));
        }
        catch (OperationCanceledException)
        {
            // Time is up: the batch is what came.
        }

        return true;
    }
}
