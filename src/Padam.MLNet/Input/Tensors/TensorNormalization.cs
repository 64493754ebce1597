using Padam.MLNet.Data;
using Padam.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Input;

/// <summary>Batches of stored images [N, 3, H, W] as the network is given them, [N, H, W, 3]: <see cref="PixelMap"/> as a whole.</summary>
internal sealed class TensorNormalization : IDisposable
{
    private readonly Tensor _first,
        _second;
    private readonly Func<Tensor, Tensor> _map;

    /// <param name="map">How numbers become others.</param>
    /// <param name="isBytes">Whether the images are bytes; they are singles otherwise.</param>
    /// <param name="device">The way to the images.</param>
    internal TensorNormalization(PixelMap map, bool isBytes, DeviceTransfer device)
    {
        using DisposeScope scope = NewDisposeScope();
        float[] first = isBytes ? map.Bytes.Table : map.Singles.Scale;
        _first = device.Move(CpuTensors.Of(first, [first.Length])).DetachFromDisposeScope();
        Tensor second = isBytes
            ? CpuTensors.Of([0L, 256, 512], [ImageShape.Channels]).to(ScalarType.Int32)
            : CpuTensors.Of(map.Singles.Shift, [ImageShape.Channels]);
        _second = device.Move(second).DetachFromDisposeScope();
        _map = isBytes ? Looked : Scaled;
    }

    internal Tensor Apply(Tensor images) => _map(images.permute(0, 2, 3, 1).contiguous());

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
    }

    // By the table of the CPU's path: the same singles.
    private Tensor Looked(Tensor images) => _first.index(images.to(ScalarType.Int32).add(_second, Scalars.One));

    private Tensor Scaled(Tensor images) => images.mul(_first).add(_second, Scalars.One);
}
