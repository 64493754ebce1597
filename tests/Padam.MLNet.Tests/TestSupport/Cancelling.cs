namespace Padam.MLNet.Tests;

/// <summary>Trainings that somebody stops.</summary>
internal static class Cancelling
{
    /// <summary>The options, with a token that is cancelled after so many batches, by its own progress.</summary>
    internal static ImageClassificationOptions CancelledAfter(this ImageClassificationOptions options, int batches)
    {
        var source = new CancellationTokenSource();
        int seen = 0;
        options.CancellationToken = source.Token;
        options.ProgressCallback = _ =>
        {
            if (++seen == batches)
                source.Cancel();
        };
        return options;
    }
}
