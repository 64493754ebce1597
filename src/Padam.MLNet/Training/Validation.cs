using Padam.MLNet.Data;
using Padam.MLNet.Scoring;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>The pass over the validation set, as the transformer will score it: same batches, same network, same digits.</summary>
internal static class Validation
{
    internal static RunningMetrics Measure(ImageRows set, PixelMap map, nn.Module<Tensor, Tensor> network, TrainingContext context)
    {
        var metrics = new RunningMetrics();
        (int size, int values, int classes) = (Math.Min(context.Options.InferenceBatchSize, set.Rows.Length), set.Images.Shape.Values, context.Data.Labels.Classes);
        (float[] images, float[] probabilities) = (new float[size * values], new float[size * classes]);
        using var scorer = new Scorer(network, classes, context.Device);
        foreach (int[] rows in set.Rows.Chunk(size))
        {
            for (int i = 0; i < rows.Length; i++) set.Images.Write(rows[i], Placement.Unmoved, map, images.AsSpan(i * values, values));
            scorer.Score(images.AsSpan(0, rows.Length * values), rows.Length, set.Images.Shape, probabilities.AsSpan(0, rows.Length * classes));
            for (int i = 0; i < rows.Length; i++) metrics.Add(probabilities.AsSpan(i * classes, classes), set.Images.Labels[rows[i]]);
        }

        return metrics;
    }
}
