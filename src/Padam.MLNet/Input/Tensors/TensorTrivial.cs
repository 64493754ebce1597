using static TorchSharp.torch;

namespace Padam.MLNet.Input;

/// <summary>Batches of bytes [N, 3, H, W], each image changed as its <see cref="TrivialChange"/> says.</summary>
internal static class TensorTrivial
{
    private static readonly (TrivialOperation Operation, Func<Tensor, DrawnBatch, Tensor> Change)[] ByValue =
    [
        (TrivialOperation.Brightness, (images, drawn) => Blended(images, drawn, TensorColors.Brightness)),
        (TrivialOperation.Color, (images, drawn) => Blended(images, drawn, TensorColors.Saturation)),
        (TrivialOperation.Contrast, (images, drawn) => Blended(images, drawn, TensorColors.Contrast)),
        (TrivialOperation.Sharpness, (images, drawn) => Blended(images, drawn, TensorColors.Sharpness)),
        (TrivialOperation.Posterize, TensorLevels.Posterize),
        (TrivialOperation.Solarize, TensorLevels.Solarize),
        (TrivialOperation.AutoContrast, TensorLevels.AutoContrast),
        (TrivialOperation.Equalize, TensorLevels.Equalize),
    ];

    internal static Tensor Apply(Tensor images, DrawnBatch drawn)
    {
        images = drawn.Changed(
            images,
            image => image.Trivial!.Value.Map(drawn.Shape) is not null,
            (some, own) => TensorAffine.Apply(some, own, image => image.Trivial!.Value.Map(drawn.Shape)!.Value)
        );
        foreach ((TrivialOperation operation, var change) in ByValue)
            images = drawn.Changed(images, image => image.Trivial!.Value.Operation == operation, change);
        return images;
    }

    private static Tensor Blended(Tensor images, DrawnBatch drawn, Func<Tensor, Tensor, Tensor, Tensor> operation) =>
        TensorColors.Blended(images, drawn, image => 1 + image.Trivial!.Value.Magnitude, operation);
}
