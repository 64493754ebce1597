using Padam.MLNet.Models;

namespace Padam.MLNet.Scoring;

/// <summary>
/// Room for the images of a batch, one after the other. It grows with them: a large batch size must cost a small view nothing.
/// </summary>
/// <param name="model">Says how large images are, and how many a batch has at most.</param>
internal sealed class BatchImages(NetworkDescription model)
{
    private readonly int _values = model.Shape.Values;
    private float[] _numbers = [];

    /// <summary>How many images a batch has at most.</summary>
    internal int Most { get; } = model.InferenceBatchSize;

    /// <summary>Where an image goes; those before it have their places.</summary>
    internal Span<float> Place(int image)
    {
        if (_numbers.Length < checked((image + 1) * _values))
            Array.Resize(ref _numbers, checked((int)Math.Min(Most, Math.Max(16, 2L * image)) * _values));
        return _numbers.AsSpan(image * _values, _values);
    }

    /// <summary>So many from the first one on.</summary>
    internal ReadOnlySpan<float> First(int images) => _numbers.AsSpan(0, images * _values);
}
