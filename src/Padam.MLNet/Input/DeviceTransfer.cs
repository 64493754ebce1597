using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Input;

/// <summary>
/// The way of tensors from the host's memory to a device. To CUDA it goes through pinned memory, and nobody waits for it: libtorch keeps a
/// pinned block until the copy out of it is done, so that the tensor itself may be overwritten at once.
/// </summary>
internal sealed class DeviceTransfer
{
    private readonly Device _device;
    private readonly Func<Tensor, Tensor> _move;

    internal DeviceTransfer(Device device)
    {
        _device = device;
        _move = device.type == DeviceType.CUDA ? Pinned : Plain;
    }

    /// <summary>A tensor of the host's on the device; on the CPU it shares its memory.</summary>
    internal Tensor Move(Tensor host) => _move(host);

    private Tensor Plain(Tensor host) => host.to(_device);

    private Tensor Pinned(Tensor host)
    {
        using Tensor pinned = host.pin_memory();
        return pinned.to(_device, non_blocking: true);
    }
}
