using System.Runtime.InteropServices;
using Google.Protobuf;
using Onnx;
using Padam.MLNet.Backbones;
using Padam.MLNet.Models;
using Padam.MLNet.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.Fuzz;

/// <summary>ONNX files of a few numbers: one whose tensors have the network's own names, and a graph that has to be followed.</summary>
internal static class OnnxSeeds
{
    internal static IEnumerable<byte[]> All(TemporaryFolder folder)
    {
        using nn.Module<Tensor, Tensor> network = TinyImages.Backbone.Build(2);
        GraphProto named = new();
        named.Initializer.AddRange(Names(network).Select(name => Initializer(name, 2)));
        yield return new ModelProto { Graph = named }.ToByteArray();
        yield return new ModelProto { Graph = Residual() }.ToByteArray();
    }

    /// <summary>Reads the weights for a network that has none of the graph's names, and into one that has.</summary>
    internal static Action<byte[]> Read(TemporaryFolder folder)
    {
        nn.Module<Tensor, Tensor> network = TinyImages.Backbone.Build(2);
        return Readers.ByPath(
            folder,
            path =>
            {
                using DisposeScope scope = NewDisposeScope();
                foreach (StoredTensor tensor in OnnxWeights.Read(path, network))
                    GC.KeepAlive(tensor);
            }
        );
    }

    /// <summary>A first convolution, and one block with its sum.</summary>
    private static GraphProto Residual()
    {
        GraphProto graph = new();
        graph.Input.Add(new ValueInfoProto { Name = "images" });
        string map = Relu(Normalized("images", "first"), "first");
        string inner = Relu(Normalized(map, "inner"), "inner");
        Add("Add", [Normalized(inner, "outer"), map], "sum");
        Relu("sum", "last");
        return graph;

        string Normalized(string input, string name)
        {
            graph.Initializer.Add(Initializer($"{name}-filters", 1));
            string[] numbers = [.. new[] { "scale", "shift", "mean", "variance" }.Select(part => $"{name}-{part}")];
            graph.Initializer.AddRange(numbers.Select(part => Initializer(part, 1)));
            return Add("BatchNormalization", [Add("Conv", [input, $"{name}-filters"], $"{name}-map"), .. numbers], $"{name}-normal");
        }

        string Relu(string input, string name) => Add("Relu", [input], $"{name}-relu");

        string Add(string type, string[] inputs, string output)
        {
            graph.Node.Add(
                new NodeProto
                {
                    OpType = type,
                    Input = { inputs },
                    Output = { output },
                }
            );
            return output;
        }
    }

    private static IEnumerable<string> Names(nn.Module network) => network.NamedState().Select(entry => entry.Name);

    private static TensorProto Initializer(string name, int length) =>
        new()
        {
            Name = name,
            DataType = (int)TensorProto.Types.DataType.Float,
            Dims = { length },
            RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(new float[length].AsSpan())),
        };
}
