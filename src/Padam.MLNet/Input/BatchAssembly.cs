using System.Runtime.InteropServices;
using Padam.MLNet.Data;
using Padam.MLNet.Native;
using static TorchSharp.torch;

namespace Padam.MLNet.Input;

/// <summary>A batch as the network takes it. The tensors are views of buffers that the batch after the next overwrites.</summary>
/// <param name="Images">[N, H, W, C] singles; or vectors [N, C].</param>
/// <param name="Labels">[N] classes.</param>
/// <param name="Weights">[N] singles, what each image counts for; null where all count the same.</param>
/// <param name="Share">
/// What of each image, and of its loss, is its own; the rest is its partner's. Null where images are not mixed.
/// </param>
internal readonly record struct TrainingBatch(Tensor Images, Tensor Labels, Tensor? Weights = null, double? Share = null)
{
    /// <summary>The class of which there is more in each image.</summary>
    internal Tensor MajorityLabels => Share < 0.5 ? Partners(Labels) : Labels;

    /// <summary>What belongs to the partner of each row: the one before it, of the first the last.</summary>
    internal static Tensor Partners(Tensor rows) => rows.roll(1, 0);
}

/// <summary>
/// Makes the batches of an epoch: rows in an order drawn from (seed, epoch). One batch is assembled while the one before trains.
/// </summary>
internal sealed class BatchAssembly : IDisposable
{
    private readonly IBatchInput _input;
    private readonly int _seed;
    private readonly float[]? _weights;
    private readonly BatchMixer? _mixer;
    private readonly int[] _starts;
    private readonly Buffer[] _buffers;

    /// <param name="input">The rows.</param>
    /// <param name="batchSize">Rows a batch.</param>
    /// <param name="seed">Decides the order.</param>
    /// <param name="weights">What each row counts for; null where all count the same.</param>
    /// <param name="dropPartBatch">Whether a last batch of fewer rows is left out.</param>
    /// <param name="mixer">Mixes the images of each batch; null where they are not mixed.</param>
    internal BatchAssembly(
        IBatchInput input,
        int batchSize,
        int seed,
        float[]? weights = null,
        bool dropPartBatch = false,
        BatchMixer? mixer = null
    )
    {
        (_input, _seed, _weights, _mixer) = (input, seed, weights, mixer);
        int rows = input.Count;
        _starts = Starts(dropPartBatch && rows > batchSize ? rows - (rows % batchSize) : rows, batchSize);
        int longest = Enumerable.Range(0, Batches).Max(batch => _starts[batch + 1] - _starts[batch]);
        _buffers = [new(longest, input.Shape, weights is not null), new(longest, input.Shape, weights is not null)];
    }

    /// <summary>Images an epoch.</summary>
    internal int Images => _starts[^1];

    /// <summary>Batches an epoch.</summary>
    internal int Batches => _starts.Length - 1;

    /// <summary>The batches of an epoch, from the given one on.</summary>
    internal IEnumerable<TrainingBatch> Epoch(int epoch, int first = 0)
    {
        int[] order = Order.Shuffled(_input.Count, _seed, epoch);
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
        int numbers = _input.Numbers();
        for (int i = _starts[batch], slot = 0; i < _starts[batch + 1]; i++, slot++)
        {
            buffer.Labels[slot] = _input.Label(order[i]);
            if (_weights is not null)
                buffer.Weights[slot] = _weights[order[i]];
            _input.Write(order[i], epoch, buffer.Images.Slice(slot * numbers, numbers));
        }

        int rows = _starts[batch + 1] - _starts[batch];
        buffer.Share = _mixer?.Mix(buffer.Images[..(rows * numbers)], epoch, batch);
    }

    private sealed class Buffer : IDisposable
    {
        private readonly Tensor _images,
            _labels;
        private readonly Tensor? _weights;

        internal Buffer(int count, long[] shape, bool weighted)
        {
            _images = CpuTensors.Empty([count, .. shape]).DetachFromDisposeScope();
            _labels = CpuTensors.Empty([count], ScalarType.Int64).DetachFromDisposeScope();
            _weights = weighted ? CpuTensors.Empty([count]).DetachFromDisposeScope() : null;
        }

        internal Span<float> Images => MemoryMarshal.Cast<byte, float>(_images.bytes);

        internal Span<long> Labels => MemoryMarshal.Cast<byte, long>(_labels.bytes);

        internal Span<float> Weights => MemoryMarshal.Cast<byte, float>(_weights!.bytes);

        /// <summary>What of each image is its own, where they are mixed.</summary>
        internal double? Share { get; set; }

        // The views fall to the caller's dispose scope.
        internal TrainingBatch View(int count) =>
            new(_images.narrow(0, 0, count), _labels.narrow(0, 0, count), _weights?.narrow(0, 0, count), Share);

        public void Dispose()
        {
            _images.Dispose();
            _labels.Dispose();
            _weights?.Dispose();
        }
    }
}
