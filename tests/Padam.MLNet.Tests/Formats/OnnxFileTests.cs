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

    private OnnxFile Read(params TensorProto[] tensors)
    {
        var graph = new GraphProto { Initializer = { tensors } };
        foreach (string name in tensors.Select(tensor => tensor.Name).Prepend("images"))
            graph.Input.Add(new ValueInfoProto { Name = name });
        using (FileStream stream = File.Create(Model))
            new ModelProto { Graph = graph }.WriteTo(stream);
        return OnnxFile.Read(Model);
    }

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
