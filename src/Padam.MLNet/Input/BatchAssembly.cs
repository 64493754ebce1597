using System.Runtime.InteropServices;
using Padam.MLNet.Data;
using Padam.MLNet.Native;
using static TorchSharp.torch;

namespace Padam.MLNet.Input;

/// <summary>
/// Makes the batches of an epoch: rows in an order drawn from (seed, epoch). One batch is assembled while the one before trains.
/// </summary>
internal sealed class BatchAssembly : IDisposable
{
    private readonly IBatchInput _input;
    private readonly int _seed;
    private readonly float[]? _weights;
    private readonly BatchShare _share;
    private readonly DeviceTransfer _device;
    private readonly int[] _starts;
    private readonly Buffer[] _buffers;

    /// <param name="input">The rows.</param>
    /// <param name="images">Makes room for the images of a batch of at most so many rows.</param>
    /// <param name="device">The way to the network.</param>
    /// <param name="batchSize">Rows a batch.</param>
    /// <param name="seed">Decides the order.</param>
    /// <param name="weights">What each row counts for; null where all count the same.</param>
    /// <param name="dropPartBatch">Whether a last batch of fewer rows is left out.</param>
    /// <param name="share">Which rows of each batch are made; null for all.</param>
    internal BatchAssembly(
        IBatchInput input,
        Func<int, IBatchImages> images,
        DeviceTransfer device,
        int batchSize,
        int seed,
        float[]? weights = null,
        bool dropPartBatch = false,
        BatchShare? share = null
    )
    {
        _share = share ?? BatchShare.Whole;
        (_input, _device, _seed, _weights) = (input, device, seed, weights);
        int rows = input.Count;
        _starts = Starts(rows, batchSize, dropPartBatch, _share.LeastRows);
        int longest = _share.Longest(Longest(rows, batchSize, dropPartBatch, _share.LeastRows));
        _buffers = [new(images(longest), longest, weights is not null), new(images(longest), longest, weights is not null)];
    }

    /// <summary>Rows of the longest batch: more than was asked for where a last one joins its neighbour.</summary>
    internal static int Longest(int rows, int batchSize, bool dropPartBatch, int leastRows = BatchShare.NoSingleRow)
    {
        int[] starts = Starts(rows, batchSize, dropPartBatch, leastRows);
        return starts.Skip(1).Zip(starts, (end, start) => end - start).Max();
    }

    /// <summary>Images an epoch.</summary>
    internal int Images => _starts[^1];

    /// <summary>Batches an epoch.</summary>
    internal int Batches => _starts.Length - 1;

    /// <summary>Images in the first so many batches of an epoch.</summary>
    internal int ImagesIn(int batches) => _starts[batches];

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
                yield return _buffers[batch % 2].Take(_device);
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

    // Where each batch begins, and the end.
    private static int[] Starts(int rows, int batchSize, bool dropPartBatch, int leastRows)
    {
        if (dropPartBatch && rows > batchSize)
            rows -= rows % batchSize;
        List<int> starts = [];
        for (int start = 0; start < rows; start += batchSize)
            starts.Add(start);
        if (starts.Count > 1 && rows - starts[^1] < Math.Min(leastRows, batchSize))
            starts.RemoveAt(starts.Count - 1);
        return [.. starts, rows];
    }

    private void Assemble(int epoch, int[] order, int batch)
    {
        ReadOnlySpan<int> rows = order.AsSpan(_starts[batch].._starts[batch + 1]);
        _buffers[batch % 2].Fill(rows, _share, _input, _weights, epoch, batch);
    }

    private sealed class Buffer(IBatchImages images, int longest, bool weighted) : IDisposable
    {
        private readonly Tensor _labels = CpuTensors.Empty([longest], ScalarType.Int64).DetachFromDisposeScope();
        private readonly Tensor? _weights = weighted ? CpuTensors.Empty([longest]).DetachFromDisposeScope() : null;
        private int _rows,
            _partners;
        private double _weight;
        private bool _isIdle;

        internal void Fill(ReadOnlySpan<int> whole, BatchShare share, IBatchInput input, float[]? weights, int epoch, int batch)
        {
            ReadOnlySpan<int> rows = share.Of(whole);
            images.Fill(rows, epoch, batch);
            Span<long> labels = MemoryMarshal.Cast<byte, long>(_labels.bytes);
            for (int i = 0; i < rows.Length; i++)
                labels[i] = input.Label(rows[i]);
            if (weights is not null)
                FillWeights(rows, weights);
            (_partners, _rows, _isIdle) = (share.Partners, rows.Length - share.Partners, share.IsEmpty(whole.Length));
            _weight = weights is null ? whole.Length : Sum(whole, weights);
        }

        // The tensors fall to the caller's dispose scope.
        internal TrainingBatch Take(DeviceTransfer device)
        {
            return new(images.Take(), Of(_labels, _partners)!, _weight, Of(_weights, _partners), images.Share)
            {
                IsIdle = _isIdle,
                Before = _partners > 0 && images.Share is not null ? (Of(_labels, _partners - 1)!, Of(_weights, _partners - 1)) : null,
            };

            Tensor? Of(Tensor? all, int first) => all is null ? null : device.Move(all.narrow(0, first, _rows));
        }

        public void Dispose()
        {
            images.Dispose();
            _labels.Dispose();
            _weights?.Dispose();
        }

        private void FillWeights(ReadOnlySpan<int> rows, float[] weights)
        {
            Span<float> ofRows = MemoryMarshal.Cast<byte, float>(_weights!.bytes);
            for (int i = 0; i < rows.Length; i++)
                ofRows[i] = weights[rows[i]];
        }

        private static double Sum(ReadOnlySpan<int> rows, float[] weights)
        {
            double total = 0;
            foreach (int row in rows)
                total += weights[row];
            return total;
        }
    }
}
