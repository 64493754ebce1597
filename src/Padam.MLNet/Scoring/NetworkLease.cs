using Padam.MLNet.Kernels;
using Padam.MLNet.Persistence;
using static TorchSharp.torch;

namespace Padam.MLNet.Scoring;

/// <summary>
/// A trained network that many threads may score with and one may end. Whoever scores holds the read lock, so that Dispose waits
/// for scores under way and those that come after get an <see cref="ObjectDisposedException"/>, never a freed tensor.
/// </summary>
internal sealed class NetworkLease : IDisposable
{
    private readonly ReaderWriterLockSlim _gate = new();
    private readonly nn.Module<Tensor, Tensor> _network;
    private readonly Scorer _scorer;
    private bool _disposed;

    /// <summary>Takes over a network.</summary>
    internal NetworkLease(ModelDescription model, nn.Module<Tensor, Tensor> network, Device device)
    {
        (Model, _network) = (model, network);
        _scorer = new Scorer(network, model.Classes, device);
    }

    internal ModelDescription Model { get; }

    /// <summary>Probabilities of images, normalised, HWC.</summary>
    internal void Score(ReadOnlySpan<float> hwc, int count, Span<float> probabilities)
    {
        _gate.EnterReadLock();
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(ImageClassificationTransformer));
            _scorer.Score(hwc, count, Model.Shape, probabilities);
        }
        finally
        {
            _gate.ExitReadLock();
        }
    }

    /// <summary>Lets a caller read the network's weights.</summary>
    internal T Read<T>(Func<nn.Module<Tensor, Tensor>, T> read)
    {
        _gate.EnterReadLock();
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(ImageClassificationTransformer));
            return read(_network);
        }
        finally
        {
            _gate.ExitReadLock();
        }
    }

    internal void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_disposed, typeof(ImageClassificationTransformer));

    public void Dispose()
    {
        _gate.EnterWriteLock();
        try
        {
            if (_disposed)
                return;
            _disposed = true;
            _scorer.Dispose();
            _network.Dispose();
            KernelMemory.GiveBack();
        }
        finally
        {
            _gate.ExitWriteLock();
        }
    }
}
