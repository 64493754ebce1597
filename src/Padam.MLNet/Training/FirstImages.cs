using System.Runtime.InteropServices;
using Padam.MLNet.Backbones;
using Padam.MLNet.Data;
using Padam.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>The first training images, as they are, for a network that makes its first layer of them.</summary>
internal static class FirstImages
{
    private const int Batch = 100;

    internal static void Whiten(IWhitened network, ImageRows set, PixelMap map)
    {
        using var state = TorchState.EnterWithoutGradients();
        int batch = Math.Clamp(BatchLimit.Of(set.Images.Shape.Values), 1, Batch);
        network.Whiten(set.Rows.Take(IWhitened.Images).Chunk(batch).Select(rows => Read(rows, set.Images, map)));
    }

    private static Tensor Read(int[] rows, LabeledImages images, PixelMap map)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor batch = CpuTensors.Empty([rows.Length, images.Shape.Height, images.Shape.Width, ImageShape.Channels]);
        Span<float> hwc = MemoryMarshal.Cast<byte, float>(batch.bytes);
        for (int i = 0; i < rows.Length; i++)
            images.Write(rows[i], Placement.Unmoved, map, hwc.Slice(i * images.Shape.Values, images.Shape.Values));
        return batch.permute(0, 3, 1, 2).DetachFromDisposeScope();
    }
}
