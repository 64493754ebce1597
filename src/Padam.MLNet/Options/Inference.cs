namespace Padam.MLNet;

/// <summary>How a model scores; it keeps this.</summary>
public sealed record Inference
{
    /// <summary>
    /// Images a forward pass. Scores are equal to the last bit only at the same value. The default value is 128.
    /// </summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>
    /// What each image is scored as besides itself. While a training runs it is measured without; the last of the epochs asked for and the
    /// model have it, and all epochs where they are compared for stopping early or restoring the best. The default value is
    /// <see cref="TestTimeAugmentation.None"/>.
    /// </summary>
    public TestTimeAugmentation TestTimeAugmentation { get; init; }

    /// <summary>What is wrong with these settings, one sentence each; nothing if they can be used.</summary>
    public IEnumerable<string> Validate()
    {
        if (BatchSize < 1)
            yield return $"BatchSize is {BatchSize}; it must be at least 1.";
        if (!Enum.IsDefined(TestTimeAugmentation))
            yield return $"TestTimeAugmentation is {TestTimeAugmentation}; it must be "
                + $"{string.Join(", ", Enum.GetNames<TestTimeAugmentation>())}.";
    }
}

/// <summary>The views of an image whose logits are averaged for its scores (Jordan, arXiv 2404.00498, section 3.5).</summary>
public enum TestTimeAugmentation
{
    /// <summary>The image alone.</summary>
    None,

    /// <summary>The image and its mirror image: twice the work.</summary>
    Mirror,

    /// <summary>
    /// The image, half of the weight, and the image moved by a pixel up and left, and down and right, reflected at its edge, a quarter
    /// each; each with its mirror image: six times the work.
    /// </summary>
    MirrorAndShift,
}
