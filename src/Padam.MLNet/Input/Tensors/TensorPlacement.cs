using Padam.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Input;

/// <summary>Batches of images [N, C, H, W], each moved and mirrored as drawn: <see cref="Data.Placement"/> as a whole.</summary>
internal static class TensorPlacement
{
    internal static Tensor Apply(Tensor images, DrawnBatch drawn)
    {
        using Scalar zero = Scalars.Of(0);
        Tensor rows = drawn.Rows((image, y) => image.Placement.SourceRow(y, drawn.Shape.Height)),
            columns = drawn.Columns((image, x) => image.Placement.SourceColumn(x, drawn.Shape.Width));
        Tensor outside = rows.lt(zero).bitwise_or(columns.lt(zero));
        return images.TakeRows(rows.clamp_min(zero)).TakeColumns(columns.clamp_min(zero)).masked_fill(outside, zero);
    }

    /// <summary>Some rows of each image, by their places [N, 1, H, 1].</summary>
    internal static Tensor TakeRows(this Tensor images, Tensor places) =>
        images.gather(2, places.expand(images.shape[0], images.shape[1], places.shape[2], images.shape[3]));

    /// <summary>Some columns of each image, by their places [N, 1, 1, W].</summary>
    internal static Tensor TakeColumns(this Tensor images, Tensor places) =>
        images.gather(3, places.expand(images.shape[0], images.shape[1], images.shape[2], places.shape[3]));
}
