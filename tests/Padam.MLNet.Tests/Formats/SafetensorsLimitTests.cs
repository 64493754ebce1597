using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using Padam.MLNet.Formats;
using Padam.MLNet.Persistence;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Formats;

/// <summary>How far the reader and the writer of safetensors go, and where tensors lie.</summary>
[TestClass]
public sealed class SafetensorsLimitTests
{
    private readonly TemporaryFolder _folder = new();

    private string Weights => _folder["weights.safetensors"];

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    public void Every_tensor_is_aligned_to_its_elements_whatever_comes_before_it()
    {
        using DisposeScope scope = NewDisposeScope();
        Safetensors.Write(Weights, [("three", ones(3)), ("steps", tensor(9L)), ("two", ones(2))]);

        byte[] bytes = File.ReadAllBytes(Weights);
        int header = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        JsonNode json = JsonNode.Parse(Encoding.UTF8.GetString(bytes, 8, header))!;
        Assert.AreEqual(0, (int)json["steps"]!["data_offsets"]![0]! % 8);
        Assert.AreEqual("pt", (string?)json["__metadata__"]!["format"]);
        CollectionAssert.AreEqual(
            new[] { "__metadata__", "three", "steps", "two" },
            json.AsObject().Select(entry => entry.Key).ToArray(),
            "the header keeps the order"
        );
    }

    [TestMethod]
    public void An_empty_tensor_may_lie_where_another_begins()
    {
        Craft("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"e":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""", 4);
        Assert.AreEqual("w 1, e 0", string.Join(", ", Read().Select(entry => $"{entry.Name} {entry.Numbers}")));
    }

    [TestMethod]
    public void Sixteen_dimensions_are_read()
    {
        string ones = string.Join(',', Enumerable.Repeat(1, 16));
        Craft($$$"""{"w":{"dtype":"F32","shape":[{{{ones}}}],"data_offsets":[0,4]}}""", 4);
        Assert.AreEqual("w 1", string.Join(", ", Read().Select(entry => $"{entry.Name} {entry.Numbers}")));
    }

    [TestMethod]
    public void A_file_without_tensors_is_read()
    {
        Craft("{}", 0);
        Assert.IsEmpty(Read());
        Craft("""{"__metadata__":{}}""", 0);
        Assert.IsEmpty(Read());
        Craft("{}", 1);
        StringAssert.Contains(Refusal(), "1 bytes follow its last tensor");
    }

    [TestMethod]
    public void Of_a_long_text_eighty_characters_are_shown()
    {
        string eighty = new('a', 80);
        Craft($$$"""{"{{{eighty}}}":4}""", 0);
        StringAssert.Contains(Refusal(), $"the tensor \"{eighty}\" does not have");
        Craft($$$"""{"{{{eighty}}}b":4}""", 0);
        StringAssert.Contains(Refusal(), $"the tensor \"{eighty}...\" does not have");
        Craft($$$"""{"w":{"dtype":"{{{eighty}}}","shape":[1],"data_offsets":[0,4]}}""", 4);
        StringAssert.Contains(Refusal(), $"has the type \"{eighty[1..]}...; F32");
    }

    [TestMethod]
    public void Tensors_that_are_read_are_the_callers()
    {
        using DisposeScope scope = NewDisposeScope();
        Safetensors.Write(Weights, [("w", ones(2)), ("n", tensor(3L))]);
        using (DisposeScope inner = NewDisposeScope())
        {
            var read = Safetensors.Read(Weights);
            Assert.AreEqual(2, inner.DisposablesCount);
            Assert.IsFalse(read[0].Tensor.requires_grad);
        }
    }

    [TestMethod]
    public void A_header_beyond_all_networks_is_refused_before_it_is_read()
    {
        const int header = (16 << 20) + 1;
        using (FileStream file = File.Create(Weights))
        {
            file.Write(BitConverter.GetBytes((long)header));
            file.SetLength(8 + header);
        }

        StringAssert.Contains(Refusal(), "16777216 are the most that is read");
    }

    [TestMethod]
    public void A_header_of_16_MiB_is_read()
    {
        const string json = """{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""";
        Craft(json.PadRight(16 << 20), 4);
        Assert.AreEqual("w", Read().Single().Name);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)] // Where a file of nothing takes no space.
    public void A_tensor_beyond_2_GiB_of_others_is_read()
    {
        const long others = 1L << 31;
        using (FileStream file = File.Create(Weights))
        {
            file.Position = others;
            file.Write(BitConverter.GetBytes(2.5f));
        }

        using FileStream read = File.OpenRead(Weights);
        using Tensor tensor = Safetensors.Read(read, body: 0, new SafetensorsEntry("w", "F32", [1], others, others + 4), Weights);
        Assert.AreEqual(2.5f, tensor.item<float>());
    }

    [TestMethod]
    public void A_tensor_of_more_than_2_GiB_is_refused_by_name_when_written()
    {
        using DisposeScope scope = NewDisposeScope();
        // One number, seen very often: it takes no memory.
        Tensor huge = ones(1).expand(1 << 29);
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => Safetensors.Write(Weights, [("huge", huge)])).Message,
            "\"huge\" has more than 2 GiB"
        );
        Assert.IsEmpty(_folder.Files);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)] // Where a file of nothing takes no space.
    public void A_tensor_of_more_than_2_GiB_is_refused_by_name_when_read()
    {
        Craft("""{"huge":{"dtype":"F32","shape":[536870912],"data_offsets":[0,2147483648]}}""", 1L << 31);
        StringAssert.Contains(Refusal(), "\"huge\" has more than 2 GiB");
    }

    private string Refusal() => Assert.ThrowsExactly<InvalidDataException>(() => Safetensors.Read(Weights)).Message;

    private void Craft(string json, long bodyLength)
    {
        byte[] header = Encoding.UTF8.GetBytes(json);
        using FileStream file = File.Create(Weights);
        file.Write(BitConverter.GetBytes((long)header.Length));
        file.Write(header);
        file.SetLength(file.Length + bodyLength);
    }

    private (string Name, long Numbers)[] Read()
    {
        using DisposeScope scope = NewDisposeScope();
        return [.. Safetensors.Read(Weights).Select(entry => (entry.Name, entry.Tensor.NumberOfElements))];
    }
}
