using Padam.MLNet.Kernels;
using Padam.MLNet.Layers;
using static TorchSharp.torch;

namespace Padam.MLNet.Models;

/// <summary>
/// A trained network that many threads may use and one may end: in evaluation mode, batch normalisation folded. Whoever uses it holds it,
/// so that Dispose waits for uses under way and those that come after get an <see cref="ObjectDisposedException"/>, never a freed tensor.
/// </summary>
internal sealed class SharedNetwork : IDisposable
{
    private readonly ReaderWriterLockSlim _gate = new();
    private readonly nn.Module<Tensor, Tensor> _network;
    private readonly string _owner;
    private bool _disposed;

    /// <summary>Takes over a network, which is disposed where this fails.</summary>
    /// <param name="model">What it is.</param>
    /// <param name="network">The network.</param>
    /// <param name="device">Where it is.</param>
    /// <param name="owner">The type that the user holds and disposes.</param>
    internal SharedNetwork(NetworkDescription model, nn.Module<Tensor, Tensor> network, Device device, string owner)
    {
        (Model, _network, Device, _owner) = (model, network, device, owner);
        try
        {
            network.eval();
            network.Fold();
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    internal NetworkDescription Model { get; }

    internal Device Device { get; }

    /// <summary>Keeps the network alive until the hold is disposed; one hold a thread at a time.</summary>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    internal Holding Hold()
    {
        _gate.EnterReadLock();
        if (!_disposed)
            return new(this);
        _gate.ExitReadLock();
        throw Disposed();
    }

    internal void ThrowIfDisposed()
    {
        if (_disposed)
            throw Disposed();
    }

    public void Dispose()
    {
        _gate.EnterWriteLock();
        try
        {
            if (_disposed)
                return;
            _disposed = true;
            _network.Dispose();
            MemoryPool.Trim();
        }
        finally
        {
            _gate.ExitWriteLock();
        }
    }

    private ObjectDisposedException Disposed() => new(_owner);

    internal readonly ref struct Holding(SharedNetwork shared)
    {
        internal nn.Module<Tensor, Tensor> Network => shared._network;

        public void Dispose() => shared._gate.ExitReadLock();
    }
}
