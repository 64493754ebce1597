namespace Padam.MLNet;

/// <summary>What a training minimises: the mean cross entropy over the images of a step, or a weighted mean of it.</summary>
/// <remarks>
/// The loss of a step is sum(w l) / sum(w) over its images, all accumulated batches together, where an image's weight w is the example's
/// (<see cref="ImageClassificationOptions.ExampleWeightColumnName"/>) times its class's. Reported accuracies and the validation loss know
/// no weights.
/// </remarks>
public sealed record Loss
{
    /// <summary>
    /// The part of the target that is spread over all classes, 0 to below 1 (Szegedy et al. 2016). The default value is 0.
    /// </summary>
    public double LabelSmoothing { get; init; }

    /// <summary>What the images of each class count for. The default value is null: all the same.</summary>
    public ClassWeights? ClassWeights { get; init; }

    /// <summary>What is wrong with these settings, one sentence each; nothing if they can be used.</summary>
    public IEnumerable<string> Validate()
    {
        if (!(LabelSmoothing is >= 0 and < 1))
            yield return $"LabelSmoothing is {LabelSmoothing}; it must be at least 0 and below 1.";
        foreach (string fault in ClassWeights?.Validate() ?? [])
            yield return $"{nameof(ClassWeights)}: {fault}";
    }
}
