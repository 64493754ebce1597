using Padam.MLNet.Scoring;

namespace Padam.MLNet.Training;

/// <summary>What <see cref="RunningMetrics"/> adds up.</summary>
internal readonly record struct RunningSums(double Loss, int Right, int RightInFive, int Images)
{
    /// <summary>What the images of the loss count for together; null in checkpoints of formats 1 and 2: as many as they are.</summary>
    public double? Weight { get; init; }

    /// <summary>Null before the first image, and in checkpoints of format 1.</summary>
    public ClassCounts? Classes { get; init; }
}

/// <summary>Sums of loss and right answers over the images of a pass.</summary>
internal sealed class RunningMetrics
{
    // ML.NET's LogLoss clips probabilities here; the same singles make the two equal.
    private const float SmallestProbability = 1e-15f,
        LargestProbability = 1;
    private double _loss,
        _weight;
    private int _right,
        _rightInFive;
    private ClassCounts? _classes;

    internal int Images { get; private set; }

    /// <summary>The sums themselves, to go on from.</summary>
    internal RunningSums Sums
    {
        get => new(_loss, _right, _rightInFive, Images) { Weight = _weight, Classes = _classes };
        set =>
            (_loss, _weight, _right, _rightInFive, Images, _classes) = (
                value.Loss,
                value.Weight ?? value.Images,
                value.Right,
                value.RightInFive,
                value.Images,
                value.Classes
            );
    }

    /// <summary>The mean by weight.</summary>
    internal double Loss => _loss / _weight;

    internal double Accuracy => (double)_right / Images;

    internal double Top5Accuracy => (double)_rightInFive / Images;

    /// <summary>Of the images counted by class: an epoch resumed from a checkpoint of format 1 lacks those before.</summary>
    internal double MacroAccuracy => _classes?.MacroAccuracy ?? double.NaN;

    internal double MacroF1 => _classes?.MacroF1 ?? double.NaN;

    internal IReadOnlyList<int> NeverPredicted => _classes?.NeverPredicted ?? [];

    /// <summary>Adds the loss of a batch.</summary>
    /// <param name="meanLoss">Its mean by weight.</param>
    /// <param name="weight">What its images count for together.</param>
    internal void Add(double meanLoss, double weight)
    {
        _loss += meanLoss * weight;
        _weight += weight;
    }

    /// <summary>Adds the answers of a batch.</summary>
    /// <param name="logits">Its logits, [images, classes].</param>
    /// <param name="labels">Its classes.</param>
    internal void Add(ReadOnlySpan<float> logits, ReadOnlySpan<long> labels)
    {
        int classes = logits.Length / labels.Length;
        for (int i = 0; i < labels.Length; i++)
            Count(logits.Slice(i * classes, classes), (int)labels[i]);
    }

    /// <summary>Adds one image by its probabilities.</summary>
    /// <returns>Its loss.</returns>
    internal double Add(ReadOnlySpan<float> probabilities, int label)
    {
        double loss = -Math.Log(Math.Clamp(probabilities[label], SmallestProbability, LargestProbability));
        Add(loss, weight: 1);
        Count(probabilities, label);
        return loss;
    }

    private void Count(ReadOnlySpan<float> scores, int label)
    {
        int rank = Rank(scores, label);
        Images++;
        if (rank == 0)
            _right++;
        if (rank < 5)
            _rightInFive++;
        (_classes ??= new(scores.Length)).Add(label, Prediction.MostProbable(scores), right: rank == 0);
    }

    /// <summary>
    /// How many classes come before the label; of equal scores the lower class comes first, as for the predicted label. A label that scores
    /// no number is last.
    /// </summary>
    private static int Rank(ReadOnlySpan<float> scores, int label)
    {
        float own = scores[label];
        int rank = 0;
        for (int c = 0; c < scores.Length; c++)
        {
            if (!(scores[c] < own || (scores[c] == own && c >= label)))
                rank++;
        }

        return rank;
    }
}
