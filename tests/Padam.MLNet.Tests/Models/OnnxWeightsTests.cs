using System.Runtime.InteropServices;
using Google.Protobuf;
using Onnx;
using Padam.MLNet.Backbones;
using Padam.MLNet.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Models;

[TestClass]
public sealed class OnnxWeightsTests
{
    private readonly TemporaryFolder _folder = new();

    private string File => _folder["weights.onnx"];

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    public void Tensors_that_keep_the_networks_names_are_taken_by_them()
    {
        using DisposeScope scope = NewDisposeScope();
        using var source = Backbone.Parse("wrn-10-1").Build(5);
        using var target = Backbone.Parse("wrn-10-1").Build(5);
        Write(Graph(source));
        Assert.AreEqual(Floats(source).Count(), WeightsFile.Load(target, File).Loaded);
        foreach (((string name, Tensor expected), (_, Tensor actual)) in Floats(source).Zip(Floats(target)))
            Assert.IsTrue(expected.equal(actual).all().item<bool>(), name);
    }

    [TestMethod]
    public void A_tensor_of_another_length_than_its_shape_is_named()
    {
        using var source = Backbone.Parse("wrn-10-1").Build(5);
        GraphProto graph = Graph(source);
        graph.Initializer.Single(tensor => tensor.Name == "bn1.bias").Dims[0]++;
        StringAssert.Contains(Refused(graph), "\"bn1.bias\" of shape [17] has 16 numbers");
    }

    [TestMethod]
    public void A_tensor_in_another_file_is_named()
    {
        using var source = Backbone.Parse("wrn-10-1").Build(5);
        GraphProto graph = Graph(source);
        graph.Initializer[0].DataLocation = TensorProto.Types.DataLocation.External;
        StringAssert.Contains(Refused(graph), "\"conv1.weight\" lies in another file");
    }

    [TestMethod]
    public void A_graph_that_is_no_residual_network_says_where_it_is_none()
    {
        var graph = new GraphProto();
        graph.Input.Add(new ValueInfoProto { Name = "images" });
        graph.Node.Add(
            new NodeProto
            {
                OpType = "MatMul",
                Input = { "images", "w" },
                Output = { "y" },
            }
        );
        StringAssert.Contains(Refused(graph), "Conv was expected after \"images\", where there is MatMul");
    }

    [TestMethod]
    [Timeout(60_000)]
    [DataRow("map")]
    [DataRow("inner")]
    public void A_graph_that_goes_in_a_circle_ends_where_it_began(string back)
    {
        GraphProto graph = new();
        graph.Input.Add(new ValueInfoProto { Name = "images" });
        Layer(graph, "images", "map");
        Layer(graph, "map", "inner");
        Layer(graph, "inner", back);
        StringAssert.Contains(Refused(graph), "it goes in a circle at layer1.0.conv");
    }

    /// <summary>A convolution with its normalisation and ReLU, of one channel.</summary>
    private static void Layer(GraphProto graph, string from, string to)
    {
        string name = $"{from}-{to}";
        string[] numbers = [.. Enumerable.Range(0, 5).Select(part => $"{name}-{part}")];
        foreach (string part in numbers)
            graph.Initializer.Add(
                new TensorProto
                {
                    Name = part,
                    DataType = (int)TensorProto.Types.DataType.Float,
                    Dims = { 1 },
                    RawData = ByteString.CopyFrom(new byte[sizeof(float)]),
                }
            );
        Add("Conv", [from, numbers[0]], $"{name}-convolved");
        Add("BatchNormalization", [$"{name}-convolved", .. numbers[1..]], $"{name}-normal");
        Add("Relu", [$"{name}-normal"], to);

        void Add(string type, string[] inputs, string output) =>
            graph.Node.Add(
                new NodeProto
                {
                    OpType = type,
                    Input = { inputs },
                    Output = { output },
                }
            );
    }

    [TestMethod]
    public void A_file_that_is_no_ONNX_or_is_cut_is_refused_with_its_path()
    {
        using var network = Backbone.Parse("wrn-10-1").Build(5);
        Write(Graph(network));
        byte[] whole = System.IO.File.ReadAllBytes(File);
        foreach (byte[] bytes in new[] { [], "<html>"u8.ToArray(), whole[..100], whole[..^1] })
        {
            System.IO.File.WriteAllBytes(File, bytes);
            StringAssert.StartsWith(Assert.ThrowsExactly<InvalidDataException>(() => WeightsFile.Load(network, File)).Message, File);
        }
    }

    private string Refused(GraphProto graph)
    {
        Write(graph);
        using var network = Backbone.Parse("wrn-10-1").Build(5);
        string message = Assert.ThrowsExactly<InvalidDataException>(() => WeightsFile.Load(network, File)).Message;
        StringAssert.StartsWith(message, File);
        return message;
    }

    private void Write(GraphProto graph)
    {
        using FileStream stream = System.IO.File.Create(File);
        new ModelProto { Graph = graph }.WriteTo(stream);
    }

    private static GraphProto Graph(nn.Module network)
    {
        var graph = new GraphProto();
        foreach ((string name, Tensor tensor) in Floats(network))
            graph.Initializer.Add(
                new TensorProto
                {
                    Name = name,
                    DataType = (int)TensorProto.Types.DataType.Float,
                    Dims = { tensor.shape },
                    RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(tensor.detach().data<float>().ToArray().AsSpan())),
                }
            );
        return graph;
    }

    private static IEnumerable<(string Name, Tensor Tensor)> Floats(nn.Module network) =>
        network.NamedState().Where(entry => entry.Tensor.dtype == ScalarType.Float32);
}
