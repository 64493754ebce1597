using System.Buffers;
using Padam.MLNet.Backbones;
using Padam.MLNet.Data;
using Padam.MLNet.Layers;
using Padam.MLNet.Scoring;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>The pass over the validation set, as the transformer will score it: same batches, same network, same digits.</summary>
internal static class Validation
{
    /// <param name="set">The validation images.</param>
    /// <param name="map">How pixels become numbers.</param>
    /// <param name="network">The network.</param>
    /// <param name="context">The training.</param>
    /// <param name="betweenBatches">Called before each batch; it may throw to end the pass.</param>
    internal static RunningMetrics Measure(
        ImageRows set,
        PixelMap map,
        nn.Module<Tensor, Tensor> network,
        TrainingContext context,
        Action betweenBatches
    )
    {
        var metrics = new RunningMetrics();
        (int size, int values, int classes) = (
            Math.Min(context.Options.InferenceBatchSize, set.Rows.Length),
            set.Images.Shape.Values,
            context.Data.Labels.Classes
        );
        using IMemoryOwner<float> images = MemoryPool<float>.Shared.Rent(size * values),
            probabilities = MemoryPool<float>.Shared.Rent(size * classes);
        using IDisposable evaluation = network.FoldedForEvaluation();
        foreach (int[] rows in set.Rows.Chunk(size))
        {
            betweenBatches();
            Memory<float> pixels = images.Memory[..(rows.Length * values)],
                scores = probabilities.Memory[..(rows.Length * classes)];
            for (int i = 0; i < rows.Length; i++)
                set.Images.Write(rows[i], Placement.Unmoved, map, pixels.Span.Slice(i * values, values));
            context.UserCode.Run(() =>
                Scorer.Score(
                    context.Device,
                    pixels.Span,
                    rows.Length,
                    set.Images.Shape,
                    images => Scorer.Probabilities(network.LogitsOf(images, classes)),
                    scores.Span
                )
            );
            for (int i = 0; i < rows.Length; i++)
                metrics.Add(scores.Span.Slice(i * classes, classes), set.Images.Labels[rows[i]]);
        }

        return metrics;
    }
}
