using System.Runtime.InteropServices;
using Padam.MLNet.Native;
using static TorchSharp.torch;

namespace Padam.MLNet.Input;

/// <summary>A batch that the CPU finishes: each row written as the network takes it, and mixed, by vector instructions.</summary>
internal sealed class HostImages : IBatchImages
{
    private readonly IBatchInput _input;
    private readonly DeviceTransfer _device;
    private readonly BatchMixer? _mixer;
    private readonly Tensor _numbers;
    private readonly int _partners;
    private int _rows;

    /// <param name="input">The rows.</param>
    /// <param name="longest">The most rows of a batch.</param>
    /// <param name="device">The way to the network.</param>
    /// <param name="mixer">Mixes the images of each batch; null where they are not mixed.</param>
    /// <param name="partners">Rows filled in before the batch's own, for these to be mixed with.</param>
    internal HostImages(IBatchInput input, int longest, DeviceTransfer device, BatchMixer? mixer = null, int partners = 0)
    {
        (_input, _device, _mixer, _partners) = (input, device, mixer, partners);
        _numbers = CpuTensors.Empty([longest, .. input.Shape]).DetachFromDisposeScope();
    }

    public double? Share { get; private set; }

    public void Fill(ReadOnlySpan<int> rows, int epoch, int batch)
    {
        int length = _input.Numbers();
        Span<float> numbers = MemoryMarshal.Cast<byte, float>(_numbers.bytes);
        for (int i = 0; i < rows.Length; i++)
            _input.Write(rows[i], epoch, numbers.Slice(i * length, length));
        Share = _mixer?.Mix(numbers[..(rows.Length * length)], epoch, batch);
        _rows = rows.Length;
    }

    public Tensor Take() => _device.Move(_numbers.narrow(0, _partners, _rows - _partners));

    public void Dispose() => _numbers.Dispose();
}
