using Padam.MLNet.Layers;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>Lets a network's batch normalisations work with the sums of all ranks, in the training that it is made for.</summary>
internal sealed class NormalizationExchange : IDisposable
{
    private readonly Communicator _ranks;
    private readonly nn.Module _network;

    /// <param name="ranks">Who trains.</param>
    /// <param name="network">The network, on this rank.</param>
    internal NormalizationExchange(Communicator ranks, nn.Module network)
    {
        (_ranks, _network) = (ranks, network);
        network.SynchronizeBatchNorm(Sum);
    }

    /// <summary>Whether this rank's images count for nothing.</summary>
    internal bool IsIdle { get; set; }

    public void Dispose() => _network.SynchronizeBatchNorm(null);

    private void Sum(Span<double> sums)
    {
        if (IsIdle)
            sums.Clear();
        _ranks.Sum(sums);
    }
}
