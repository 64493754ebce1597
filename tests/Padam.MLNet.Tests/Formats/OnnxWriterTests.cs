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

        Assert.AreEqual(("x", "y"), (graph.Input.Single().Name, graph.Output.Single().Name));
        Assert.AreEqual(("doubling", "N", 2L), (graph.Name, Side(graph.Input[0], 0).DimParam, Side(graph.Output[0], 1).DimValue));
        NodeProto node = graph.Node.Single();
        Assert.AreEqual("Mul(x, two) -> y", $"{node.OpType}({string.Join(", ", node.Input)}) -> {node.Output.Single()}");
        CollectionAssert.AreEqual(new[] { "axes Ints", "axis Int" }, node.Attribute.Select(a => $"{a.Name} {a.Type}").ToArray());
        Assert.AreEqual("y", node.Name);
        CollectionAssert.AreEqual(new[] { 0L, 1 }, node.Attribute[0].Ints);
        Assert.AreEqual(1, node.Attribute[1].I);
        TensorProto two = graph.Initializer.Single();
        Assert.AreEqual(("two", 1, "1", 2f), (two.Name, two.DataType, string.Join(',', two.Dims), BitConverter.ToSingle(two.RawData.Span)));
        OnnxFile read = OnnxFile.Read(_folder["g.onnx"]);
        CollectionAssert.AreEqual(new[] { 2f }, read.Tensors["two"].Values);
    }

    [TestMethod]
    public void A_file_says_what_wrote_it_what_it_needs_and_what_a_reader_is_told()
    {
        OnnxWriter.Write(_folder["g.onnx"], Doubling, "doubling", [new("key", "välue"), new("other", "")]);

        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(_folder["g.onnx"]));

        Assert.AreEqual((8L, "Padam.MLNet"), (model.IrVersion, model.ProducerName));
        Assert.AreEqual(("", 17L), (model.OpsetImport.Single().Domain, model.OpsetImport.Single().Version));
        Assert.AreEqual("key=välue, other=", string.Join(", ", model.MetadataProps.Select(entry => $"{entry.Key}={entry.Value}")));
    }

    [TestMethod]
    public void More_than_two_gigabytes_of_weights_are_refused_with_the_number_and_a_way_out()
    {
        // 2 GiB, less 64 MiB and the last byte.
        const long most = (2L << 30) - (64L << 20) - 1;
        OnnxWriter.RequireRoom(most);
        string message = Assert.ThrowsExactly<NotSupportedException>(() => OnnxWriter.RequireRoom(most + 1)).Message;
        StringAssert.Contains(message, "2080374784 bytes");
        StringAssert.Contains(message, "SaveWeights");
    }

    [TestMethod]
    public void The_weights_of_all_tensors_together_are_counted_before_anything_is_written()
    {
        // 31 of 64 MiB are a byte more than what goes into a file; here all are the same.
        byte[] zeros = new byte[64 << 20];
        OnnxConstant[] constants = [.. Enumerable.Range(0, 31).Select(i => new OnnxConstant($"{i}", OnnxType.Byte, [64 << 20], zeros))];
        Assert.ThrowsExactly<NotSupportedException>(() =>
            OnnxWriter.Write(_folder["g.onnx"], Doubling with { Constants = constants }, "large", [])
        );
        Assert.IsEmpty(_folder.Files);
    }

    private static TensorShapeProto.Types.Dimension Side(ValueInfoProto value, int at) => value.Type.TensorType.Shape.Dim[at];
}
