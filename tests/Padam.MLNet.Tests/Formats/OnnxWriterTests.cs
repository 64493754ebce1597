using Onnx;
using Padam.MLNet.Formats;

namespace Padam.MLNet.Tests.Formats;

[TestClass]
public sealed class OnnxWriterTests
{
    private static readonly OnnxGraph Doubling = new(
        [new("x", OnnxType.Single, [2])],
        [new("y", OnnxType.Single, [2])],
        [
            new("Mul", ["x", "two"], ["y"], new Dictionary<string, long[]> { ["axes"] = [0, 1] })
            {
                Numbers = new Dictionary<string, long> { ["axis"] = 1 },
            },
        ],
        [new("two", OnnxType.Single, [1], BitConverter.GetBytes(2f))]
    );

    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    public void A_graph_is_read_back_by_ONNXs_own_classes()
    {
        OnnxWriter.Write(_folder["g.onnx"], Doubling, "doubling", [new("key", "välue")]);

        GraphProto graph = ModelProto.Parser.ParseFrom(File.ReadAllBytes(_folder["g.onnx"])).Graph;

        Assert.AreEqual(("doubling", "N", 2L), (graph.Name, Side(graph.Input[0], 0).DimParam, Side(graph.Output[0], 1).DimValue));
        NodeProto node = graph.Node.Single();
        Assert.AreEqual("Mul(x, two) -> y", $"{node.OpType}({string.Join(", ", node.Input)}) -> {node.Output.Single()}");
        CollectionAssert.AreEqual(new[] { "axes Ints", "axis Int" }, node.Attribute.Select(a => $"{a.Name} {a.Type}").ToArray());
        Assert.AreEqual(2f, BitConverter.ToSingle(graph.Initializer.Single().RawData.Span));
        OnnxFile read = OnnxFile.Read(_folder["g.onnx"]);
        CollectionAssert.AreEqual(new[] { 2f }, read.Tensors["two"].Values);
    }

    [TestMethod]
    public void More_than_two_gigabytes_of_weights_are_refused_with_the_number_and_a_way_out()
    {
        OnnxWriter.RequireRoom(2_000_000_000);
        string message = Assert.ThrowsExactly<NotSupportedException>(() => OnnxWriter.RequireRoom(2_200_000_000)).Message;
        StringAssert.Contains(message, "2200000000 bytes");
        StringAssert.Contains(message, "SaveWeights");
    }

    private static TensorShapeProto.Types.Dimension Side(ValueInfoProto value, int at) => value.Type.TensorType.Shape.Dim[at];
}
