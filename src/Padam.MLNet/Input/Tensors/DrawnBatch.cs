using Padam.MLNet.Data;
using Padam.MLNet.Native;
using static TorchSharp.torch;

namespace Padam.MLNet.Input;

/// <summary>What is drawn for the images of a batch, as tensors on its device.</summary>
/// <param name="shape">The images' size.</param>
/// <param name="images">What is drawn for each.</param>
/// <param name="mixture">How they are mixed; null for not at all.</param>
/// <param name="device">The way there.</param>
internal sealed class DrawnBatch(ImageShape shape, ImageVariation[] images, BatchMixture? mixture, DeviceTransfer device)
{
    internal ImageShape Shape => shape;

    internal BatchMixture? Mixture => mixture;

    /// <summary>A number of each image, [N, 1, 1, 1] doubles.</summary>
    internal Tensor Numbers(Func<ImageVariation, double> number) =>
        device.Move(CpuTensors.Of([.. images.Select(number)], [images.Length, 1, 1, 1]));

    /// <summary>A number of each image, [N, 1, 1, 1] singles.</summary>
    internal Tensor Singles(Func<ImageVariation, double> number) => Numbers(number).to(ScalarType.Float32);

    /// <summary>A place for each row of each image, [N, 1, H, 1].</summary>
    internal Tensor Rows(Func<ImageVariation, int, int> place) =>
        device.Move(CpuTensors.Of(Table(shape.Height, (image, y) => (long)place(image, y)), [images.Length, 1, shape.Height, 1]));

    /// <summary>A place for each column of each image, [N, 1, 1, W].</summary>
    internal Tensor Columns(Func<ImageVariation, int, int> place) =>
        device.Move(CpuTensors.Of(Table(shape.Width, (image, x) => (long)place(image, x)), [images.Length, 1, 1, shape.Width]));

    /// <summary>A share for each row of each image, [N, 1, H, 1] singles.</summary>
    internal Tensor RowShares(Func<ImageVariation, int, float> share) =>
        device.Move(CpuTensors.Of(Table(shape.Height, share), [images.Length, 1, shape.Height, 1]));

    /// <summary>A share for each column of each image, [N, 1, 1, W] singles.</summary>
    internal Tensor ColumnShares(Func<ImageVariation, int, float> share) =>
        device.Move(CpuTensors.Of(Table(shape.Width, share), [images.Length, 1, 1, shape.Width]));

    /// <summary>Which pixels of each image are in a box, [N, H, W, 1]; none where there is no box.</summary>
    internal Tensor Inside(Func<ImageVariation, PixelBox?> box)
    {
        Tensor rows = device.Move(
                CpuTensors.Of(Table(shape.Height, (image, y) => box(image)?.HasRow(y) == true), [images.Length, shape.Height, 1, 1])
            ),
            columns = device.Move(
                CpuTensors.Of(Table(shape.Width, (image, x) => box(image)?.HasColumn(x) == true), [images.Length, 1, shape.Width, 1])
            );
        return rows.bitwise_and(columns);
    }

    /// <summary>How far each row and each column is from the middle of the image, [1, 1, H, 1] and [1, 1, 1, W] doubles.</summary>
    internal (Tensor Y, Tensor X) FromMiddle()
    {
        return (
            device.Move(CpuTensors.Of(Places(shape.Height), [1, 1, shape.Height, 1])),
            device.Move(CpuTensors.Of(Places(shape.Width), [1, 1, 1, shape.Width]))
        );

        static double[] Places(int length) => [.. Enumerable.Range(0, length).Select(place => place - ((length - 1) / 2.0))];
    }

    /// <summary>Changes some of the images.</summary>
    /// <param name="all">The batch, [N, ...].</param>
    /// <param name="which">Those that are changed.</param>
    /// <param name="change">Given them, and what is drawn for them.</param>
    internal Tensor Changed(Tensor all, Func<ImageVariation, bool> which, Func<Tensor, DrawnBatch, Tensor> change)
    {
        long[] rows = [.. Enumerable.Range(0, images.Length).Where(row => which(images[row])).Select(row => (long)row)];
        if (rows.Length == 0)
            return all;
        Tensor index = device.Move(CpuTensors.Of(rows, [rows.Length]));
        var some = new DrawnBatch(shape, [.. images.Where(which)], mixture, device);
        return all.index_copy(0, index, change(all.index(index), some));
    }

    private T[] Table<T>(int length, Func<ImageVariation, int, T> entry) =>
        [.. images.SelectMany(image => Enumerable.Range(0, length).Select(place => entry(image, place)))];
}
