using System.Buffers;
using Padam.MLNet.Backbones;
using Padam.MLNet.Data;
using Padam.MLNet.Input;
using Padam.MLNet.Scoring;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>
/// What the frozen layers at a network's beginning make of each image of a set, computed once and kept: in memory up to the images' limit,
/// in a temporary file beyond it. Computed as scoring does, in the same batches, so that validation has the digits of the model's scores.
/// </summary>
internal sealed class FrozenOutputs : IBatchInput, IDisposable
{
    private readonly IBatchInput _images;
    private readonly PixelStore<float> _outputs;

    private FrozenOutputs(IBatchInput images, long[] shape, ImageMemory memory)
    {
        (_images, Shape) = (images, shape);
        _outputs = new PixelStore<float>(this.Numbers(), memory);
    }

    public int Count => _images.Count;

    public long[] Shape { get; }

    /// <summary>Rows whose outputs are in the file.</summary>
    internal int InFile => _outputs.InFile;

    public int Label(int row) => _images.Label(row);

    public void Write(int row, int epoch, Span<float> numbers) => _outputs[row].CopyTo(numbers);

    public void Dispose() => _outputs.Dispose();

    /// <summary>How many numbers the beginning of a network, in evaluation mode, makes of an image.</summary>
    internal static int NumbersAnImage(IBatchInput images, CutNetwork cut, Device device)
    {
        float[] image = new float[images.Numbers()];
        images.Write(0, epoch: 0, image);
        return Scorer.Numbers(device, image, 1, images.Shape, cut.Beginning).Made.Length;
    }

    /// <summary>Runs the beginning of a network in evaluation mode, folded.</summary>
    /// <param name="images">The set, which no augmentation changes.</param>
    /// <param name="cut">The network.</param>
    /// <param name="device">Where it is.</param>
    /// <param name="batchSize">Images a forward pass.</param>
    /// <param name="memory">How much may stay in memory.</param>
    /// <param name="afterBatch">Told how many images are done; it may throw to end the pass.</param>
    internal static FrozenOutputs Compute(
        IBatchInput images,
        CutNetwork cut,
        Device device,
        int batchSize,
        ImageMemory memory,
        Action<int> afterBatch
    )
    {
        FrozenOutputs? outputs = null;
        int size = Math.Min(batchSize, images.Count),
            values = images.Numbers();
        using IMemoryOwner<float> pixels = MemoryPool<float>.Shared.Rent(size * values);
        try
        {
            foreach (int[] rows in Enumerable.Range(0, images.Count).Chunk(size))
            {
                Span<float> batch = pixels.Memory.Span[..(rows.Length * values)];
                for (int i = 0; i < rows.Length; i++)
                    images.Write(rows[i], epoch: 0, batch.Slice(i * values, values));
                (float[] made, long[] shape) = Scorer.Numbers(device, batch, rows.Length, images.Shape, cut.Beginning);
                outputs ??= new FrozenOutputs(images, shape, memory);
                int numbers = outputs.Numbers();
                for (int i = 0; i < rows.Length; i++)
                {
                    int start = i * numbers;
                    outputs._outputs.Add(row => made.AsSpan(start, numbers).CopyTo(row));
                }

                afterBatch(rows[^1] + 1);
            }
        }
        catch
        {
            outputs?.Dispose();
            throw;
        }

        return outputs!;
    }
}
