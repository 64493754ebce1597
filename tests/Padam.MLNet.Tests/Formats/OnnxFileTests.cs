using Google.Protobuf;
using Onnx;
using Padam.MLNet.Formats;

namespace Padam.MLNet.Tests.Formats;

/// <summary>What other programs write into ONNX files, and what none should.</summary>
[TestClass]
public sealed class OnnxFileTests
{
    private readonly TemporaryFolder _folder = new();

    private string Model => _folder["model.onnx"];

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    public void Numbers_are_read_from_raw_bytes_and_from_lists()
    {
        OnnxFile file = Read(Raw("raw", 2, [0, 0, 128, 63, 0, 0, 0, 64]), List("list", 2, 3, 4));

        CollectionAssert.AreEqual(new[] { 1f, 2f }, file.Tensors["raw"].Values);
        CollectionAssert.AreEqual(new[] { 3f, 4f }, file.Tensors["list"].Values);
    }

    [TestMethod]
    public void Numbers_of_other_types_are_passed_over()
    {
        TensorProto whole = List("whole", 2);
        whole.DataType = (int)TensorProto.Types.DataType.Int64;
        whole.Int64Data.AddRange([5, 6]);
        CollectionAssert.AreEqual(new[] { "list" }, Read(whole, List("list", 1, 3)).Tensors.Keys.ToArray());
    }

    [TestMethod]
    public void Weights_among_the_inputs_as_old_files_have_them_are_no_inputs() =>
        CollectionAssert.AreEqual(new[] { "images" }, Read(List("w", 1, 3)).Inputs.ToArray());

    [TestMethod]
    public void A_name_that_occurs_twice_is_refused() => Refused("\"w\" occurs twice", List("w", 1, 3), List("w", 1, 4));

    [TestMethod]
    public void Bytes_beyond_the_last_whole_number_are_refused() =>
        Refused("\"w\" of shape [1] has 1 numbers", Raw("w", 1, [0, 0, 128, 63, 0]));

    [TestMethod]
    public void Numbers_too_few_and_sides_below_zero_are_refused()
    {
        Refused("\"w\" of shape [3] has 2 numbers", List("w", 3, 1, 2));
        TensorProto negative = List("w", -1, 1);
        negative.Dims.Add(-1);
        Refused("\"w\" of shape [-1, -1] has 1 numbers", negative);
    }

    [TestMethod]
    public void Numbers_in_another_file_are_refused()
    {
        TensorProto external = List("w", 1, 3);
        external.DataLocation = TensorProto.Types.DataLocation.External;
        Refused("\"w\" lies in another file", external);
    }

    [TestMethod]
    public void A_tensor_without_sides_is_one_number_and_one_of_side_0_none()
    {
        TensorProto scalar = List("scalar", 1, 3);
        scalar.Dims.Clear();
        OnnxFile file = Read(scalar, List("empty", 0));
        Assert.AreEqual("[] 3", $"[{string.Join(',', file.Tensors["scalar"].Shape)}] {file.Tensors["scalar"].Values.Single()}");
        Assert.IsEmpty(file.Tensors["empty"].Values);
    }

    [TestMethod]
    public void Of_a_node_its_operator_its_values_and_its_lists_are_read()
    {
        var node = new NodeProto
        {
            OpType = "Conv",
            Input = { "x", "w" },
            Output = { "y" },
        };
        node.Attribute.Add(new AttributeProto { Name = "pads", Ints = { 1, 2 } });
        node.Attribute.Add(new AttributeProto { Name = "pads", Ints = { 3 } });
        node.Attribute.Add(new AttributeProto { Name = "group", I = 1 });
        Write(new ModelProto { Graph = new GraphProto { Node = { node } } });

        OnnxNode read = OnnxFile.Read(Model).Nodes.Single();

        Assert.AreEqual("Conv(x, w) -> y", $"{read.Operator}({string.Join(", ", read.Inputs)}) -> {read.Outputs.Single()}");
        CollectionAssert.AreEqual(new[] { "pads", "group" }, read.Integers.Keys.ToArray());
        CollectionAssert.AreEqual(new[] { 1L, 2 }, read.Integers["pads"], "the first of two of one name");
    }

    [TestMethod]
    public void A_model_without_a_graph_and_what_is_no_model_are_refused()
    {
        Write(new ModelProto { ProducerName = "none" });
        StringAssert.Contains(Refusal(), "cannot be read as ONNX: it has no graph.");
        File.WriteAllBytes(Model, [0x3A, 100, 1, 2]);
        StringAssert.StartsWith(Refusal(), $"{Model} cannot be read as ONNX: ");
    }

    // Found by the fuzzer (tests/Padam.Fuzz): the parser refuses neither itself.
    [TestMethod]
    [DataRow("0A01023ABB1B72FFFFFFFF07102610111B72FFFFF2FF0718", DisplayName = "below zero")]
    [DataRow("F000023ABB1B72FFFFFFFF07102610111B72E7FFFFFF0710", DisplayName = "longer than any array")]
    public void A_length_that_cannot_be_in_a_field_that_the_format_does_not_know_is_refused(string bytes)
    {
        File.WriteAllBytes(Model, Convert.FromHexString(bytes));
        StringAssert.StartsWith(Refusal(), $"{Model} cannot be read as ONNX: ");
    }

    private OnnxFile Read(params TensorProto[] tensors)
    {
        var graph = new GraphProto { Initializer = { tensors } };
        foreach (string name in tensors.Select(tensor => tensor.Name).Prepend("images"))
            graph.Input.Add(new ValueInfoProto { Name = name });
        Write(new ModelProto { Graph = graph });
        return OnnxFile.Read(Model);
    }

    private void Write(ModelProto model)
    {
        using FileStream stream = File.Create(Model);
        model.WriteTo(stream);
    }

    private string Refusal() => Assert.ThrowsExactly<InvalidDataException>(() => OnnxFile.Read(Model)).Message;

    private void Refused(string said, params TensorProto[] tensors)
    {
        string message = Assert.ThrowsExactly<InvalidDataException>(() => Read(tensors)).Message;
        StringAssert.Contains(message, said);
        StringAssert.StartsWith(message, Model);
    }

    private static TensorProto Raw(string name, long side, byte[] bytes)
    {
        TensorProto tensor = List(name, side);
        tensor.RawData = ByteString.CopyFrom(bytes);
        return tensor;
    }

    private static TensorProto List(string name, long side, params float[] values) =>
        new()
        {
            Name = name,
            DataType = (int)TensorProto.Types.DataType.Float,
            Dims = { side },
            FloatData = { values },
        };
}
