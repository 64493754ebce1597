using Microsoft.ML;
using Microsoft.ML.Data;

namespace Padam.Reproduce.Runs;

/// <summary>A model's answers to test images, counted: which class for which, how surely, and where it was surely wrong.</summary>
internal sealed class Answers
{
    private readonly long[][] confusion;
    private readonly CalibrationBins bins = new();
    private readonly PriorityQueue<Mistake, double> mistakes = new();

    private Answers(int classes) => confusion = [.. Enumerable.Range(0, classes).Select(_ => new long[classes])];

    /// <summary>Images of a class (first) that were taken for a class (second).</summary>
    public IReadOnlyList<IReadOnlyList<long>> Confusion => confusion;

    public CalibrationBins Calibration => bins;

    /// <summary>The surest wrong answers, the surest first.</summary>
    public IReadOnlyList<Mistake> SurestMistakes =>
        [.. mistakes.UnorderedItems.Select(item => item.Element).OrderByDescending(mistake => mistake.Confidence).ThenBy(m => m.Row)];

    /// <summary>Reads labels and scores once.</summary>
    /// <param name="scored">Rows with Label, a key, and Score.</param>
    /// <param name="classes">The classes.</param>
    /// <param name="mostMistakes">How many mistakes are kept.</param>
    public static Answers Of(IDataView scored, int classes, int mostMistakes)
    {
        var answers = new Answers(classes);
        DataViewSchema.Column label = scored.Schema["Label"],
            score = scored.Schema["Score"];
        using DataViewRowCursor cursor = scored.GetRowCursor([label, score]);
        ValueGetter<uint> readLabel = cursor.GetGetter<uint>(label);
        ValueGetter<VBuffer<float>> readScore = cursor.GetGetter<VBuffer<float>>(score);
        uint key = 0;
        VBuffer<float> probabilities = default;
        while (cursor.MoveNext())
        {
            readLabel(ref key);
            readScore(ref probabilities);
            // A row without a label is no test of anything, to ML.NET's evaluator too.
            if (key > 0)
                answers.Add((int)cursor.Position, (int)key - 1, probabilities.GetValues(), mostMistakes);
        }

        return answers;
    }

    private void Add(int row, int actual, ReadOnlySpan<float> probabilities, int mostMistakes)
    {
        int predicted = 0;
        for (int i = 1; i < probabilities.Length; i++)
        {
            if (probabilities[i] > probabilities[predicted])
                predicted = i;
        }

        double confidence = probabilities[predicted];
        confusion[actual][predicted]++;
        bins.Add(confidence, isRight: predicted == actual);
        if (predicted == actual)
            return;
        mistakes.Enqueue(new(row, actual, predicted, confidence), confidence);
        if (mistakes.Count > mostMistakes)
            mistakes.Dequeue();
    }
}

/// <summary>A wrong answer.</summary>
/// <param name="Row">Which image, from 0.</param>
/// <param name="Actual">Its class.</param>
/// <param name="Predicted">What it was taken for.</param>
/// <param name="Confidence">The probability that the model gave to that.</param>
internal sealed record Mistake(int Row, int Actual, int Predicted, double Confidence);
