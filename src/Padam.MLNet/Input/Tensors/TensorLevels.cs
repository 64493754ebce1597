using Padam.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Input;

/// <summary>The operations of <see cref="Colors"/> that map levels to levels, on batches of bytes [N, 3, H, W].</summary>
internal static class TensorLevels
{
    private const int Levels = 256,
        White = 255;

    /// <summary>The first bits of each value, 1 to 8 by image.</summary>
    internal static Tensor Posterize(Tensor images, DrawnBatch drawn) =>
        images.bitwise_and(drawn.Numbers(image => byte.MaxValue & -(1 << (8 - (int)image.Trivial!.Value.Magnitude))).to(ScalarType.Byte));

    /// <summary>Values from the threshold on become their negative.</summary>
    internal static Tensor Solarize(Tensor images, DrawnBatch drawn) =>
        images.bitwise_not().where(images.to(ScalarType.Float64).ge(drawn.Numbers(image => image.Trivial!.Value.Magnitude)), images);

    /// <summary>Each channel stretched from black to white.</summary>
    internal static Tensor AutoContrast(Tensor images, DrawnBatch drawn)
    {
        using Scalar black = Scalars.Of(0),
            white = Scalars.Of(White);
        Tensor least = images.amin([2, 3], keepdim: true).to(ScalarType.Float32),
            range = images.amax([2, 3], keepdim: true).to(ScalarType.Float32).sub(least);
        Tensor scale = range.full_like(white).div(range.clamp_min(Scalars.One)),
            stretched = images.to(ScalarType.Float32).sub(least).mul(scale).clamp(black, white).to(ScalarType.Byte);
        return stretched.where(range.gt(black), images);
    }

    /// <summary>Each channel with its values spread as evenly as can be.</summary>
    internal static Tensor Equalize(Tensor images, DrawnBatch drawn)
    {
        (long[] shape, long pixels) = (images.shape, images.shape[2] * images.shape[3]);
        using Scalar all = Scalars.Of(pixels),
            none = Scalars.Of(0),
            two = Scalars.Of(2),
            white = Scalars.Of(White);
        Tensor values = images.reshape(shape[0] * shape[1], pixels).to(ScalarType.Int64),
            count = values.new_zeros(values.shape[0], Levels).scatter_add(1, values, values.ones_like()),
            before = count.cumsum(1).sub(count);
        // Values of the brightest level that there is do not count.
        Tensor brightest = count.gather(1, values.amax([1], keepdim: true)),
            step = brightest.neg().add(all, Scalars.One).div(white, RoundingMode.floor);
        Tensor table = before
            .add(step.div(two, RoundingMode.floor), Scalars.One)
            .div(step.clamp_min(Scalars.One), RoundingMode.floor)
            .clamp_max(white);
        return table.gather(1, values).where(step.gt(none), values).to(ScalarType.Byte).view(shape);
    }
}
