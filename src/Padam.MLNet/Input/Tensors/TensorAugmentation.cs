using Padam.MLNet.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Input;

/// <summary>
/// The augmentation of whole batches by tensor operators, one code for every device: what <see cref="AugmentedImages"/> does to an image
/// after the other, from the same draws and in the same order.
/// </summary>
internal sealed class TensorAugmentation : IDisposable
{
    private readonly TensorNormalization _normalization;
    private readonly Func<Tensor, DrawnBatch, Tensor>[] _steps;

    /// <param name="augmentation">What is done.</param>
    /// <param name="map">The normalisation.</param>
    /// <param name="isBytes">Whether the images are bytes; they are singles otherwise.</param>
    /// <param name="device">The way to the images.</param>
    internal TensorAugmentation(Augmentation augmentation, PixelMap map, bool isBytes, DeviceTransfer device)
    {
        _normalization = new TensorNormalization(map, isBytes, device);
        _steps = [.. Steps(augmentation)];
    }

    /// <summary>Images [N, 3, H, W] as they are stored, as the network is given them: [N, H, W, 3]. The result is the caller's.</summary>
    internal Tensor Apply(Tensor images, DrawnBatch drawn)
    {
        using DisposeScope scope = NewDisposeScope();
        return _steps.Aggregate(images, (made, step) => step(made, drawn)).MoveToOuterDisposeScope();
    }

    public void Dispose() => _normalization.Dispose();

    private IEnumerable<Func<Tensor, DrawnBatch, Tensor>> Steps(Augmentation augmentation)
    {
        if (augmentation.ResizedCrop is not null)
            yield return TensorEnlargement.Apply;
        else if (augmentation.CropPadding > 0 || augmentation.Flip)
            yield return TensorPlacement.Apply;
        if (augmentation.Color is not null)
            yield return TensorColors.Jitter;
        if (augmentation.TrivialAugment)
            yield return TensorTrivial.Apply;
        yield return (images, _) => _normalization.Apply(images);
        if (augmentation.Erasing is not null)
            yield return (images, drawn) => TensorHoles.Apply(images, drawn, image => image.Erased);
        if (augmentation.Cutout is not null)
            yield return (images, drawn) => TensorHoles.Apply(images, drawn, image => image.CutOut);
        if (augmentation.Mixing is not null)
            yield return TensorMixing.Apply;
    }
}
