using System.Globalization;

namespace Padam.MLNet;

/// <summary>What the images of each class count for in the loss.</summary>
public sealed record ClassWeights
{
    private readonly double[]? _given;

    private ClassWeights(double[]? given) => _given = given;

    /// <summary>
    /// The rarer a class, the more its images count: n / (K n_c) for each of K classes, of which n_c of the n training images are; as
    /// scikit-learn's <c>balanced</c>. A class without images has none to weigh.
    /// </summary>
    public static ClassWeights Balanced { get; } = new(given: null);

    /// <summary>Weights as given.</summary>
    /// <param name="weights">One for each class, in the order of the label's keys: finite, at least 0, not all 0.</param>
    public static ClassWeights Of(params IEnumerable<double> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return new([.. weights]);
    }

    /// <summary>How many classes they are for; null where they are for any.</summary>
    internal int? Count => _given?.Length;

    /// <summary>Two are equal when their weights are.</summary>
    public bool Equals(ClassWeights? other) =>
        other is not null && (_given is null ? other._given is null : other._given is not null && _given.SequenceEqual(other._given));

    /// <inheritdoc/>
    public override int GetHashCode() => _given?.Aggregate(0, HashCode.Combine) ?? 0;

    /// <inheritdoc/>
    public override string ToString() =>
        _given is null ? "balanced" : string.Join(' ', _given.Select(weight => weight.ToString("R", CultureInfo.InvariantCulture)));

    /// <summary>What is wrong with these weights, one sentence each; nothing if they can be used.</summary>
    public IEnumerable<string> Validate()
    {
        if (_given is null)
            yield break;
        foreach ((int index, double weight) in _given.Index().Where(entry => !(entry.Item >= 0) || double.IsInfinity(entry.Item)))
            yield return FormattableString.Invariant($"the weight of class {index + 1} is {weight}; it must be a number of at least 0.");
        if (_given.All(weight => weight == 0))
            yield return "all weights are 0; nothing would be learned.";
    }

    /// <summary>The weight of each class.</summary>
    /// <param name="images">How many training images each has.</param>
    internal double[] For(int[] images)
    {
        double all = images.Sum(count => (double)count);
        return _given ?? [.. images.Select(count => count == 0 ? 0 : all / (images.Length * (double)count))];
    }
}
