namespace Padam.MLNet;

/// <summary>What a training multiplies in, and how the images of an epoch become steps.</summary>
public sealed record Compute
{
    /// <summary>What the network multiplies in while it trains. The default value is <see cref="Precision.Float32"/>.</summary>
    public Precision Precision { get; init; }

    /// <summary>
    /// Batches whose gradients are added up for one step of the optimizer, at least 1; the last step of an epoch may have fewer. As one
    /// batch of so many times the size, in the memory of one, but for batch normalisation, which sees the batches one by one. The default
    /// value is 1.
    /// </summary>
    public int AccumulateBatches { get; init; } = 1;

    /// <summary>
    /// Whether a last batch of fewer images than the others is left out, another in each epoch, as torch's <c>drop_last</c>. An epoch of
    /// fewer images than a batch has all of them. The default value is false.
    /// </summary>
    public bool DropPartBatch { get; init; }

    /// <summary>Whether the CPU takes the way of a GPU, for tests: batches by tensor operators, losses read now and then.</summary>
    internal bool AsOnDevice { get; init; }

    /// <summary>
    /// Told of each batch that was trained on, whose losses are then read one by one on any device; null for nobody.
    /// </summary>
    internal Action<BatchRead>? Reader { get; init; }

    /// <summary>What is wrong with these settings, one sentence each; nothing if they can be used.</summary>
    public IEnumerable<string> Validate()
    {
        if (!Enum.IsDefined(Precision))
            yield return $"Precision {Precision} is not known; use {string.Join(", ", Enum.GetNames<Precision>())}.";
        if (AccumulateBatches < 1)
            yield return $"AccumulateBatches is {AccumulateBatches}; it must be at least 1.";
    }
}
