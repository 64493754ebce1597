using Padam.MLNet.Backbones;
using Padam.MLNet.Data;
using Padam.MLNet.Formats;
using Padam.MLNet.Layers;
using Padam.MLNet.Native;
using static TorchSharp.torch;

namespace Padam.MLNet.Models;

/// <summary>A model as a graph that takes pixels as they are: normalisation, views and softmax are in it.</summary>
internal static class ModelGraph
{
    // What goes in and comes out has ML.NET's usual names.
    private const string Images = "Features",
        Score = "Score",
        PredictedLabel = "PredictedLabel";

    /// <summary>Probabilities [N, classes] and the most probable class, from 0, [N].</summary>
    /// <exception cref="NotSupportedException">A module of the network is not known, or it is too large for a file.</exception>
    internal static OnnxGraph OfClassifier(ModelDescription model, nn.Module network)
    {
        GraphBuilder graph = Start(network);
        GraphValue score = Probabilities(graph, model, network, Pixels(model));
        graph.Output(score, Score, OnnxType.Single);
        graph.Output(graph.ArgMax(score, keepSide: false), PredictedLabel, OnnxType.Int64);
        return graph.Graph;
    }

    /// <summary>As ML.NET has it: the class as a key, uint32, from 1, [N, 1]; then the probabilities.</summary>
    /// <exception cref="NotSupportedException">A module of the network is not known, or it is too large for a file.</exception>
    internal static OnnxGraph OfClassifierWithKeys(ModelDescription model, nn.Module network, PixelKind pixels)
    {
        GraphBuilder graph = Start(network);
        GraphValue score = Probabilities(graph, model, network, pixels),
            key = graph.Increment(graph.ArgMax(score, keepSide: true));
        graph.Output(graph.Cast(key, OnnxType.UInt32), PredictedLabel, OnnxType.UInt32);
        graph.Output(score, Score, OnnxType.Single);
        return graph.Graph;
    }

    /// <summary>The vectors before the last layer.</summary>
    /// <exception cref="NotSupportedException">The network is too large for a file.</exception>
    internal static OnnxGraph OfFeaturizer(FeaturizerDescription model, nn.Module network, PixelKind pixels)
    {
        GraphBuilder graph = Start(network);
        GraphValue images = Normalized(graph, model, Input(graph, model, pixels), pixels);
        graph.Output(((Network)network).ExportFeatures(graph, images), "Vectors", OnnxType.Single);
        return graph.Graph;
    }

    /// <summary>
    /// What the pixels of a file's input are: those of the training. Scaled singles where a model takes both kinds, as they say the same.
    /// </summary>
    internal static PixelKind Pixels(NetworkDescription model) => model.Pixels ?? PixelKind.Singles;

    /// <summary>The value of white.</summary>
    internal static double White(NetworkDescription model, PixelKind pixels) =>
        pixels == PixelKind.Bytes ? byte.MaxValue : model.PixelScale;

    private static GraphBuilder Start(nn.Module network)
    {
        OnnxWriter.RequireRoom(network.parameters().Sum(parameter => parameter.numel() * sizeof(float)));
        return new();
    }

    private static GraphValue Probabilities(GraphBuilder graph, ModelDescription model, nn.Module network, PixelKind pixels)
    {
        var views = ViewOfImage.Of(model.TestTimeAugmentation ?? TestTimeAugmentation.None, model.Height, model.Width);
        GraphValue images = ViewOfImage.Stack(graph, Input(graph, model, pixels), views),
            logits = graph.Module(network, Normalized(graph, model, images, pixels));
        return graph.Softmax(ViewOfImage.Mean(graph, logits, views));
    }

    private static GraphValue Input(GraphBuilder graph, NetworkDescription model, PixelKind pixels) =>
        graph.Input(Images, pixels == PixelKind.Bytes ? OnnxType.Byte : OnnxType.Single, [ImageShape.Channels, model.Height, model.Width]);

    private static GraphValue Normalized(GraphBuilder graph, NetworkDescription model, GraphValue images, PixelKind pixels)
    {
        GraphValue singles = pixels == PixelKind.Bytes ? graph.Cast(images, OnnxType.Single) : images;
        PixelMap.SingleMap map = new PixelMap(model.Normalization(), White(model, pixels)).Singles;
        return graph.Affine(singles, CpuTensors.Of(map.Scale, [map.Scale.Length]), CpuTensors.Of(map.Shift, [map.Shift.Length]));
    }
}
