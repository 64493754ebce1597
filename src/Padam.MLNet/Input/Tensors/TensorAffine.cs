using Padam.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Input;

/// <summary>Batches of bytes [N, 3, H, W], each image's pixels taken from where its <see cref="AffineMap"/> says.</summary>
internal static class TensorAffine
{
    internal static Tensor Apply(Tensor images, DrawnBatch drawn, Func<ImageVariation, AffineMap> map)
    {
        (long batch, long channels, long height, long width) = (images.shape[0], images.shape[1], images.shape[2], images.shape[3]);
        using Scalar none = Scalars.Of(0),
            across = Scalars.Of(width);
        (Tensor y, Tensor x) = drawn.FromMiddle();
        (Tensor fromX, Tensor insideX) = OnImage(Sum(image => (map(image).XX, map(image).XY, map(image).X)), width);
        (Tensor fromY, Tensor insideY) = OnImage(Sum(image => (map(image).YX, map(image).YY, map(image).Y)), height);
        Tensor places = fromY.mul(across).add(fromX, Scalars.One).view(batch, 1, height * width);
        return images
            .reshape(batch, channels, height * width)
            .gather(2, places.expand(batch, channels, height * width))
            .view(batch, channels, height, width)
            .masked_fill(insideX.bitwise_and(insideY).bitwise_not(), none);

        // [N, 1, H, W] of one coordinate, counted from the middle.
        Tensor Sum(Func<ImageVariation, (double OfX, double OfY, double Plus)> row) =>
            drawn
                .Numbers(image => row(image).OfX)
                .mul(x)
                .add(drawn.Numbers(image => row(image).OfY).mul(y), Scalars.One)
                .add(drawn.Numbers(image => row(image).Plus), Scalars.One);
    }

    /// <returns>The nearest places on an image, and whether it has those that were asked for.</returns>
    private static (Tensor Places, Tensor Inside) OnImage(Tensor fromMiddle, long length)
    {
        using Scalar none = Scalars.Of(0),
            middle = Scalars.Of((length - 1) / 2.0),
            last = Scalars.Of(length - 1);
        Tensor at = fromMiddle.add(middle, Scalars.One).round();
        return (at.clamp(none, last).to(ScalarType.Int64), at.ge(none).bitwise_and(at.le(last)));
    }
}
