using static TorchSharp.torch;

namespace Padam.MLNet.Input;

/// <summary>Room for the images of one batch: collated while the batch before trains, then handed to the network's device.</summary>
internal interface IBatchImages : IDisposable
{
    /// <summary>Collates rows, on whatever thread.</summary>
    void Fill(ReadOnlySpan<int> rows, int epoch, int batch);

    /// <summary>What was filled in, [N, H, W, C] or [N, C], on the network's device; it falls to the caller's dispose scope.</summary>
    Tensor Take();

    /// <summary>What of each image is its own; null where they are not mixed.</summary>
    double? Share { get; }
}
