namespace LoadClient;

/// <summary>What is sent, and what must come back.</summary>
/// <param name="Kind">A word for the table.</param>
/// <param name="File">The body.</param>
/// <param name="Statuses">Any of these; 0 is a connection that the service closed.</param>
/// <param name="Scores">The probabilities by class, where the answer is 200.</param>
internal sealed record Upload(string Kind, byte[] File, int[] Statuses, IReadOnlyDictionary<string, float>? Scores = null)
{
    /// <summary>In pieces of unknown number, rather than with its length in front.</summary>
    public bool InChunks { get; init; }

    /// <summary>The client goes away before the answer.</summary>
    public bool GoesAway { get; init; }
}

/// <summary>What came back.</summary>
/// <param name="Status">Of HTTP; 0 where there was none.</param>
/// <param name="Text">The body, or what the connection died of.</param>
/// <param name="Time">From the first byte sent to the last one read.</param>
internal sealed record Reply(int Status, string Text, TimeSpan Time);
