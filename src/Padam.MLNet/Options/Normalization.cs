using System.Globalization;

namespace Padam.MLNet;

/// <summary>What is subtracted from and divided into each channel, red, green, blue, of pixels scaled so that white is 1.</summary>
public sealed record Normalization
{
    private readonly float[] _mean,
        _standardDeviation;

    /// <summary>Creates a normalisation.</summary>
    /// <param name="mean">Three means, white being 1.</param>
    /// <param name="standardDeviation">Three standard deviations above 0, white being 1.</param>
    /// <exception cref="ArgumentException">Not three finite values each, or a deviation that is not above 0.</exception>
    public Normalization(IEnumerable<float> mean, IEnumerable<float> standardDeviation)
    {
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(standardDeviation);
        (_mean, _standardDeviation) = ([.. mean], [.. standardDeviation]);
        if (_mean.Length != 3 || !_mean.All(float.IsFinite))
            throw new ArgumentException("Normalization takes three finite means, one a channel.", nameof(mean));
        if (_standardDeviation.Length != 3 || !_standardDeviation.All(d => float.IsFinite(d) && d > 0))
            throw new ArgumentException(
                "Normalization takes three finite standard deviations above 0, one a channel.",
                nameof(standardDeviation)
            );
    }

    /// <summary>
    /// The constants that both codebases use for CIFAR-10 (their deviations are smaller than the measured 0.247, 0.243, 0.262).
    /// </summary>
    public static Normalization Cifar10 { get; } = new([0.4914f, 0.4822f, 0.4465f], [0.2023f, 0.1994f, 0.2010f]);

    /// <summary>The constants that both codebases use for CIFAR-100.</summary>
    public static Normalization Cifar100 { get; } = new([0.507f, 0.487f, 0.441f], [0.267f, 0.256f, 0.276f]);

    /// <summary>The constants with which torchvision's and timm's networks for photographs were trained.</summary>
    public static Normalization ImageNet { get; } = new([0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f]);

    /// <summary>The three means, white being 1.</summary>
    public IReadOnlyList<float> Mean => _mean;

    /// <summary>The three standard deviations, white being 1.</summary>
    public IReadOnlyList<float> StandardDeviation => _standardDeviation;

    /// <summary>The colours that normalised numbers were made of, nearest bytes; channel by channel in turn in both.</summary>
    internal byte[] Undone(ReadOnlySpan<float> hwc)
    {
        byte[] colours = new byte[hwc.Length];
        for (int i = 0; i < colours.Length; i++)
        {
            int channel = i % _mean.Length;
            double value = ((double)hwc[i] * _standardDeviation[channel]) + _mean[channel];
            colours[i] = (byte)Math.Clamp(Math.Round(255 * value), 0, 255);
        }

        return colours;
    }

    /// <summary>Two normalisations are equal when their numbers are.</summary>
    public bool Equals(Normalization? other) =>
        other is not null && _mean.SequenceEqual(other._mean) && _standardDeviation.SequenceEqual(other._standardDeviation);

    /// <inheritdoc/>
    public override int GetHashCode() =>
        HashCode.Combine(_mean[0], _mean[1], _mean[2], _standardDeviation[0], _standardDeviation[1], _standardDeviation[2]);

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"mean ({_mean[0]}, {_mean[1]}, {_mean[2]}), standard deviation "
                + $"({_standardDeviation[0]}, {_standardDeviation[1]}, {_standardDeviation[2]})"
        );
}
