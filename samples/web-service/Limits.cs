namespace WebService;

/// <summary>What the service takes upon itself at once: together they bound its memory.</summary>
internal sealed record Limits
{
    /// <summary>Of one upload; more is answered with 413.</summary>
    public int Bytes { get; init; } = 8 << 20;

    /// <summary>Height times width, by a picture's header, before any memory is taken for them; more is answered with 422.</summary>
    public long Pixels { get; init; } = 16_000_000;

    /// <summary>
    /// Uploads that are read and decoded at a time; more are answered with 503. At most Uploads x Bytes are held, in two or three copies.
    /// </summary>
    public int Uploads { get; init; } = 32;

    /// <summary>
    /// Pictures that are decoded at a time; others wait. At most Decoding x Pixels x 4 bytes are held, for a moment twice.
    /// </summary>
    public int Decoding { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// Decoded pictures that wait to be scored; more are answered with 503. One takes 3 bytes for each pixel of the network's input.
    /// </summary>
    public int Waiting { get; init; } = 128;

    /// <summary>Pictures that go through the network together.</summary>
    public int Batch { get; init; } = 32;

    /// <summary>How long the first picture of a batch waits for others.</summary>
    public TimeSpan BatchTime { get; init; } = TimeSpan.FromMilliseconds(3);

    public int Connections { get; init; } = 256;

    /// <summary>For the headers of a request, and before the slowest rate of its body is asked for.</summary>
    public TimeSpan HeadersTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The slowest rate at which a body may come.</summary>
    public double BytesPerSecond { get; init; } = 4096;

    /// <summary>For what is under way when the service is told to stop.</summary>
    public TimeSpan ShutdownTime { get; init; } = TimeSpan.FromSeconds(20);
}
