using Padam.MLNet;

namespace Padam.Reproduce.Runs;

/// <summary>Where a run writes its files and computes. None of it changes what comes out, but for rounding.</summary>
internal sealed record RunPlace
{
    public required RunFiles Files { get; init; }

    public string Device { get; init; } = "cpu";

    public int? Threads { get; init; }

    /// <summary>Whether nothing else runs on the machine, so that the run's times can be set beside others.</summary>
    public bool Alone { get; init; }

    /// <summary>Who trains together; the first of them writes the files.</summary>
    public Communicator Ranks { get; init; } = Communicator.Alone;

    public bool Resume { get; init; }

    public bool Force { get; init; }

    /// <summary>Whether the last checkpoint stays when the run is finished, so that it may go on with more epochs.</summary>
    public bool KeepCheckpoint { get; init; }

    public int CheckpointEvery { get; init; } = 1;

    /// <summary>Whether a training that diverges is written down as a result, or an error.</summary>
    public bool DivergenceIsResult { get; init; }

    /// <summary>Where TensorBoard event files go; null for none.</summary>
    public string? TensorBoard { get; init; }
}
