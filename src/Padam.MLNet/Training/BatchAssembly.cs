using System.Runtime.InteropServices;
using Padam.MLNet.Data;
using Padam.MLNet.Native;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>A batch as the network takes it. The tensors are views of buffers that the batch after the next overwrites.</summary>
/// <param name="Images">[N, 3, H, W] singles, channels-last in memory.</param>
/// <param name="Labels">[N] classes.</param>
internal readonly record struct TrainingBatch(Tensor Images, Tensor Labels);

/// <summary>
/// Makes the batches of an epoch: rows in an order drawn from (seed, epoch), each image placed by a draw from (seed, epoch, row) and
/// normalised. One batch is assembled while the one before trains.
/// </summary>
internal sealed class BatchAssembly : IDisposable
{
    private readonly ImageRows _set;
    private readonly PixelMap _map;
    private readonly Augmentation _augmentation;
    private readonly int _seed;
    private readonly int[] _starts;
    private readonly Buffer[] _buffers;

    internal BatchAssembly(ImageRows set, PixelMap map, Augmentation augmentation, int batchSize, int seed)
    {
        (_set, _map, _augmentation, _seed) = (set, map, augmentation, seed);
        _starts = Starts(set.Rows.Length, batchSize);
        int longest = Enumerable.Range(0, Batches).Max(batch => _starts[batch + 1] - _starts[batch]);
        _buffers = [new(longest, set.Images.Shape), new(longest, set.Images.Shape)];
    }

    /// <summary>Batches an epoch.</summary>
    internal int Batches => _starts.Length - 1;

    /// <summary>The batches of an epoch, from the given one on.</summary>
    internal IEnumerable<TrainingBatch> Epoch(int epoch, int first = 0)
    {
        int[] order = Order.Shuffled(_set.Rows.Length, _seed, epoch);
        Task next = first < Batches ? Task.Run(() => Assemble(epoch, order, first)) : Task.CompletedTask;
        try
        {
            for (int batch = first; batch < Batches; batch++)
            {
                next.GetAwaiter().GetResult();
                int following = batch + 1;
                if (following < Batches)
                    next = Task.Run(() => Assemble(epoch, order, following));
                yield return _buffers[batch % 2].View(_starts[batch + 1] - _starts[batch]);
            }
        }
        finally
        {
            // Nothing may still be writing when the caller goes on to free the buffers.
            next.ContinueWith(_ => { }, TaskScheduler.Default).Wait();
        }
    }

    public void Dispose()
    {
        foreach (Buffer buffer in _buffers)
            buffer.Dispose();
    }

    // Where each batch begins, and the end. Batch normalisation cannot work on one value a channel, so a last batch of one joins its
    // neighbour.
    private static int[] Starts(int rows, int batchSize)
    {
        List<int> starts = [];
        for (int start = 0; start < rows; start += batchSize)
            starts.Add(start);
        if (batchSize > 1 && starts.Count > 1 && rows - starts[^1] == 1)
            starts.RemoveAt(starts.Count - 1);
        return [.. starts, rows];
    }

    private void Assemble(int epoch, int[] order, int batch)
    {
        Buffer buffer = _buffers[batch % 2];
        int values = _set.Images.Shape.Values;
        for (int i = _starts[batch], slot = 0; i < _starts[batch + 1]; i++, slot++)
        {
            int row = _set.Rows[order[i]];
            buffer.Labels[slot] = _set.Images.Labels[row];
            _set.Images.Write(row, Place(epoch, row), _map, buffer.Images.Slice(slot * values, values));
        }
    }

    private Placement Place(int epoch, int row)
    {
        var random = SplitMix64.Stream(_seed, epoch, row + 1L);
        int padding = _augmentation.CropPadding;
        int down = random.Below((2 * padding) + 1) - padding,
            right = random.Below((2 * padding) + 1) - padding;
        return new(down, right, _augmentation.Flip && random.Below(2) == 1);
    }

    private sealed class Buffer : IDisposable
    {
        private readonly Tensor _images,
            _labels;

        internal Buffer(int count, ImageShape shape)
        {
            _images = CpuTensors.Empty([count, shape.Height, shape.Width, ImageShape.Channels]).DetachFromDisposeScope();
            _labels = CpuTensors.Empty([count], ScalarType.Int64).DetachFromDisposeScope();
        }

        internal Span<float> Images => MemoryMarshal.Cast<byte, float>(_images.bytes);

        internal Span<long> Labels => MemoryMarshal.Cast<byte, long>(_labels.bytes);

        // The views fall to the caller's dispose scope.
        internal TrainingBatch View(int count) => new(_images.narrow(0, 0, count).permute(0, 3, 1, 2), _labels.narrow(0, 0, count));

        public void Dispose()
        {
            _images.Dispose();
            _labels.Dispose();
        }
    }
}
