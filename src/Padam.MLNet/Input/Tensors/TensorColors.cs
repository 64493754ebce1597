using Padam.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Input;

/// <summary>The operations of <see cref="Colors"/> that blend, on batches of bytes [N, 3, H, W]; factors are [N, 1, 1, 1].</summary>
internal static class TensorColors
{
    private const int White = 255;

    /// <summary>What is drawn for a <see cref="ColorJitter"/>: at each place of the order each image has its own operation.</summary>
    internal static Tensor Jitter(Tensor images, DrawnBatch drawn)
    {
        Func<Tensor, Tensor, Tensor, Tensor>[] operations = [Brightness, Contrast, Saturation];
        for (int i = 0; i < ColorChange.Steps; i++)
        {
            int place = i;
            foreach ((int which, var operation) in operations.Index())
                images = drawn.Changed(
                    images,
                    image => image.Color!.Value.Step(place) is var step && step.Which == which && step.Factor != 1,
                    (some, own) => Blended(some, own, image => image.Color!.Value.Step(place).Factor, operation)
                );
        }

        return images;
    }

    /// <summary>An operation that blends by a factor; it is given the factor and what is left of 1.</summary>
    internal static Tensor Blended(
        Tensor images,
        DrawnBatch drawn,
        Func<ImageVariation, double> factor,
        Func<Tensor, Tensor, Tensor, Tensor> operation
    ) => operation(images, drawn.Singles(factor), drawn.Singles(image => 1 - factor(image)));

    internal static Tensor Brightness(Tensor images, Tensor own, Tensor others) => Blend(images, own);

    internal static Tensor Contrast(Tensor images, Tensor own, Tensor others)
    {
        using Scalar pixels = Scalars.Of(images.shape[2] * images.shape[3]);
        Tensor mean = Grey(images).sum([1, 2, 3], keepdim: true, ScalarType.Int64).to(ScalarType.Float32).div(pixels);
        return Blend(images, own, mean.mul(others));
    }

    internal static Tensor Saturation(Tensor images, Tensor own, Tensor others) => Blend(images, own, Grey(images).mul(others));

    /// <summary>Sharpness: blended with its blurred self.</summary>
    internal static Tensor Sharpness(Tensor images, Tensor own, Tensor others)
    {
        (long height, long width) = (images.shape[2] - 2, images.shape[3] - 2);
        if (height <= 0 || width <= 0)
            return images;
        using Scalar four = Scalars.Of(4),
            weights = Scalars.Of(13);
        Tensor whole = images.to(ScalarType.Float32),
            middle = Inner(whole);
        Tensor across = Sum3(shift => whole.narrow(3, shift, width)),
            sum = Sum3(shift => across.narrow(2, shift, height)).add(middle, four);
        Tensor sharp = images.clone();
        Inner(sharp).copy_(Blend(middle, own, sum.div(weights).round().mul(others)));
        return sharp;

        Tensor Inner(Tensor maps) => maps.narrow(2, 1, height).narrow(3, 1, width);
    }

    private static Tensor Sum3(Func<long, Tensor> shifted) => shifted(0).add(shifted(1), Scalars.One).add(shifted(2), Scalars.One);

    // As torch computes it: in singles, cut off.
    private static Tensor Blend(Tensor images, Tensor own, Tensor? others = null)
    {
        using Scalar black = Scalars.Of(0),
            white = Scalars.Of(White);
        Tensor part = images.mul(own);
        return (others is null ? part : part.add(others, Scalars.One)).clamp(black, white).to(ScalarType.Byte);
    }

    private static Tensor Grey(Tensor images)
    {
        using Scalar red = Scalars.Of(0.2989),
            green = Scalars.Of(0.587),
            blue = Scalars.Of(0.114);
        Tensor singles = images.to(ScalarType.Float32);
        return singles
            .narrow(1, 0, 1)
            .mul(red)
            .add(singles.narrow(1, 1, 1).mul(green), Scalars.One)
            .add(singles.narrow(1, 2, 1).mul(blue), Scalars.One)
            .to(ScalarType.Byte);
    }
}
