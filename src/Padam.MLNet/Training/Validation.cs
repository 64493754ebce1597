using System.Buffers;
using Padam.MLNet.Backbones;
using Padam.MLNet.Input;
using Padam.MLNet.Layers;
using Padam.MLNet.Scoring;

namespace Padam.MLNet.Training;

/// <summary>
/// The pass over the validation set, as the transformer will score it: same batches, same network, same digits. Ranks take the batches in
/// turns, and all know the result.
/// </summary>
internal static class Validation
{
    /// <param name="input">The validation images, or what the network's beginning made of them.</param>
    /// <param name="cut">The network, and the place that they go in.</param>
    /// <param name="context">The training.</param>
    /// <param name="augmentation">The views of each image.</param>
    /// <param name="betweenBatches">Called before each batch, on all ranks as often; it may throw to end the pass.</param>
    internal static RunningMetrics Measure(
        IBatchInput input,
        CutNetwork cut,
        TrainingContext context,
        TestTimeAugmentation augmentation,
        Action betweenBatches
    )
    {
        var metrics = new RunningMetrics();
        (int size, int values, int classes) = (
            Math.Min(context.Options.Inference.BatchSize, input.Count),
            input.Numbers(),
            context.Data.Labels.Classes
        );
        using IMemoryOwner<float> images = MemoryPool<float>.Shared.Rent(size * values),
            probabilities = MemoryPool<float>.Shared.Rent(size * classes);
        using IDisposable evaluation = context.Network.FoldedForEvaluation();
        double[] losses = new double[input.Count];
        foreach (int[][] turn in Enumerable.Range(0, input.Count).Chunk(size).Chunk(context.Ranks.Size))
        {
            betweenBatches();
            if (turn.ElementAtOrDefault(context.Ranks.Rank) is not { } rows)
                continue;
            Memory<float> numbers = images.Memory[..(rows.Length * values)],
                scores = probabilities.Memory[..(rows.Length * classes)];
            for (int i = 0; i < rows.Length; i++)
                input.Write(rows[i], epoch: 0, numbers.Span.Slice(i * values, values));
            context.UserCode.Run(() =>
                Scorer.Score(
                    context.Device,
                    numbers.Span,
                    rows.Length,
                    input.Shape,
                    made => Scorer.Probabilities(Views.Logits(made, augmentation, view => cut.Logits(view, classes))),
                    scores.Span
                )
            );
            for (int i = 0; i < rows.Length; i++)
                losses[rows[i]] = metrics.Add(scores.Span.Slice(i * classes, classes), input.Label(rows[i]));
        }

        // Added up in the order of the rows, whoever scored them.
        context.Ranks.Sum(losses);
        RunningSums own = metrics.Sums with { Loss = losses.Sum(), Weight = input.Count };
        return new RunningMetrics { Sums = context.Ranks.Total(own, classes) };
    }
}
