using Padam.MLNet.Data;
using Padam.MLNet.Native;
using static TorchSharp.torch;

namespace Padam.MLNet.Input;

/// <summary>
/// A batch of images as they are stored, moved to the network's device so (bytes, where they are bytes), and varied, normalised and mixed
/// there as a whole.
/// </summary>
internal sealed class DeviceImages : IBatchImages
{
    private readonly AugmentedImages _input;
    private readonly DeviceTransfer _device;
    private readonly BatchMixer? _mixer;
    private readonly TensorAugmentation _augmentation;
    private readonly Tensor _stored;
    private readonly ImageVariation[] _drawn;
    private BatchMixture? _mixture;
    private int _rows;

    /// <param name="input">The rows.</param>
    /// <param name="longest">The most rows of a batch.</param>
    /// <param name="device">The way to the network.</param>
    /// <param name="mixer">Mixes the images of each batch; null where they are not mixed.</param>
    internal DeviceImages(AugmentedImages input, int longest, DeviceTransfer device, BatchMixer? mixer = null)
    {
        (_input, _device, _mixer, _drawn) = (input, device, mixer, new ImageVariation[longest]);
        (ImageShape shape, bool isBytes) = (input.Images.Shape, input.Images.Pixels == PixelKind.Bytes);
        _augmentation = new TensorAugmentation(input.Augmentation, input.Map, isBytes, device);
        _stored = CpuTensors
            .Empty([longest, ImageShape.Channels, shape.Height, shape.Width], isBytes ? ScalarType.Byte : ScalarType.Float32)
            .DetachFromDisposeScope();
    }

    public double? Share => _mixture?.Share;

    public void Fill(ReadOnlySpan<int> rows, int epoch, int batch)
    {
        int length = _input.Images.StoredBytes;
        Span<byte> stored = _stored.bytes;
        for (int i = 0; i < rows.Length; i++)
            _drawn[i] = _input.CopyStored(rows[i], epoch, stored.Slice(i * length, length));
        _mixture = _mixer?.Draw(epoch, batch);
        _rows = rows.Length;
    }

    public Tensor Take()
    {
        using Tensor filled = _stored.narrow(0, 0, _rows);
        using Tensor images = _device.Move(filled);
        return _augmentation.Apply(images, new DrawnBatch(_input.Images.Shape, _drawn[.._rows], _mixture, _device));
    }

    public void Dispose()
    {
        _augmentation.Dispose();
        _stored.Dispose();
    }
}
