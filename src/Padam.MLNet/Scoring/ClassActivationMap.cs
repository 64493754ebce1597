using System.Runtime.InteropServices;
using Microsoft.ML;
using Padam.MLNet.Backbones;
using Padam.MLNet.Data;
using Padam.MLNet.Models;
using Padam.MLNet.Native;
using Padam.MLNet.Scoring;
using static TorchSharp.torch;

namespace Padam.MLNet;

/// <summary>
/// Where in an image a classifier found what speaks for a class, by Grad-CAM (arXiv 1610.02391):
/// <see cref="ImageClassificationTransformer.Explain"/>.
/// </summary>
/// <param name="ClassIndex">The class, from 0 in the order of Score.</param>
/// <param name="Size">Height and width of the image as the network was given it.</param>
/// <param name="Heat">From 0 to 1 for each pixel, row by row; all 0 where nothing speaks for the class.</param>
/// <param name="Pixels">The image as the network was given it: red, green and blue of each pixel, row by row.</param>
public sealed record ClassActivationMap(int ClassIndex, ImageSize Size, float[] Heat, byte[] Pixels);

/// <summary>Explains one image after the other.</summary>
internal static class ClassActivations
{
    /// <param name="shared">The network.</param>
    /// <param name="schema">Names the image column.</param>
    /// <param name="input">The images.</param>
    /// <param name="classIndex">The class; null for each image's most probable one.</param>
    /// <exception cref="InvalidOperationException">The network is one of the user's own.</exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    internal static IEnumerable<ClassActivationMap> Of(SharedNetwork shared, ScoreSchema schema, IDataView input, int? classIndex)
    {
        using (SharedNetwork.Holding held = shared.Hold())
            _ = BuiltIn(held, shared.Model);
        return Rows();

        IEnumerable<ClassActivationMap> Rows()
        {
            using DataViewRowCursor cursor = input.GetRowCursor([schema.Feature.Column]);
            var reader = new FeatureReader(cursor, schema.Feature, shared.Model);
            float[] hwc = new float[shared.Model.Shape.Values];
            while (cursor.MoveNext())
            {
                reader.Read(hwc);
                yield return Of(shared, schema, hwc, classIndex);
            }
        }
    }

    private static ClassActivationMap Of(SharedNetwork shared, ScoreSchema schema, float[] hwc, int? classIndex)
    {
        using SharedNetwork.Holding held = shared.Hold();
        using var state = TorchState.EnterWithoutGradients();
        Network network = BuiltIn(held, shared.Model);
        ImageShape shape = shared.Model.Shape;
        Tensor pixels = CpuTensors.Empty([1, shape.Height, shape.Width, ImageShape.Channels]);
        MemoryMarshal.AsBytes<float>(hwc).CopyTo(pixels.bytes);
        Tensor image = pixels.to(shared.Device).ChannelsFirst();
        int c = classIndex ?? (int)schema.Answers(network, image).argmax(1).cpu().item<long>();
        Tensor heat = GradCam.Heat(network, image, c).cpu().contiguous();
        return new(
            c,
            new(shape.Height, shape.Width),
            MemoryMarshal.Cast<byte, float>(heat.bytes).ToArray(),
            shared.Model.Normalization().Undone(hwc)
        );
    }

    private static Network BuiltIn(SharedNetwork.Holding held, NetworkDescription model) =>
        held.Network as Network
        ?? throw new InvalidOperationException(
            $"'{model.Backbone}' is a registered network, whose maps are not known; built-in networks can be explained."
        );
}
