using Padam.MLNet.Native;
using TorchSharp;
using static Padam.MLNet.Input.Enlargement;
using static TorchSharp.torch;

namespace Padam.MLNet.Input;

/// <summary>Batches of bytes [N, C, H, W], a part of each brought to its size and mirrored as drawn: <see cref="Enlargement"/>.</summary>
internal static class TensorEnlargement
{
    internal static Tensor Apply(Tensor images, DrawnBatch drawn)
    {
        using Scalar half = Scalars.Of(0.5);
        Tensor rows = Mixed(
            images.TakeRows(drawn.Rows((image, y) => image.Part!.Value.Top + Row(image, y).First)),
            images.TakeRows(drawn.Rows((image, y) => image.Part!.Value.Top + Row(image, y).Second)),
            drawn.RowShares((image, y) => Row(image, y).Part)
        );
        return Mixed(
                rows.TakeColumns(drawn.Columns((image, x) => image.Part!.Value.Left + Column(image, x).First)),
                rows.TakeColumns(drawn.Columns((image, x) => image.Part!.Value.Left + Column(image, x).Second)),
                drawn.ColumnShares((image, x) => Column(image, x).Part)
            )
            .add(half, Scalars.One)
            .to(ScalarType.Byte);

        Between Row(ImageVariation image, int y) => Between.At(y, image.Part!.Value.Height, drawn.Shape.Height);

        Between Column(ImageVariation image, int x)
        {
            int width = drawn.Shape.Width;
            return Between.At(image.Placement.Mirrored ? width - 1 - x : x, image.Part!.Value.Width, width);
        }
    }

    private static Tensor Mixed(Tensor first, Tensor second, Tensor part)
    {
        Tensor rest = part.neg().add(Scalars.One, Scalars.One);
        return first.mul(rest).add(second.mul(part), Scalars.One);
    }
}
