using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using Padam.MLNet.Persistence;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Formats;

[TestClass]
public sealed class SafetensorsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string File => folder["weights.safetensors"];

    public void Dispose() => folder.Dispose();

    [TestMethod]
    public void What_is_written_is_read_again()
    {
        using DisposeScope scope = NewDisposeScope();
        (string, Tensor)[] tensors =
        [
            ("a.weight", randn(2, 3, 4, 5)),
            ("a.steps", tensor(7L)),
            ("b é", randn(3)),
            ("none", zeros(0, 2)),
            ("turned", randn(4, 3).t()),
        ];
        Safetensors.Write(File, tensors);
        var read = Safetensors.Read(File);
        Assert.HasCount(tensors.Length, read);
        for (int i = 0; i < tensors.Length; i++)
        {
            ((string name, Tensor expected), (string readName, Tensor actual)) = (tensors[i], read[i]);
            Assert.AreEqual(name, readName);
            Assert.AreEqual(expected.dtype, actual.dtype);
            CollectionAssert.AreEqual(expected.shape, actual.shape);
            Assert.IsTrue(expected.equal(actual).all().item<bool>(), name);
        }
    }

    [TestMethod]
    public void The_file_is_laid_out_as_the_format_says()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = arange(6, float32).view(2, 3),
            steps = tensor(9L);
        Safetensors.Write(File, [("w", weight), ("s", steps)], new Dictionary<string, string> { ["author"] = "me" });

        // A parse of its own, by the format's description alone.
        byte[] bytes = System.IO.File.ReadAllBytes(File);
        int header = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        JsonNode json = JsonNode.Parse(Encoding.UTF8.GetString(bytes, 8, header))!;
        ReadOnlySpan<byte> body = bytes.AsSpan(8 + header);
        Assert.AreEqual(0, (8 + header) % 8);
        Assert.AreEqual("me", (string?)json["__metadata__"]!["author"]);
        Assert.AreEqual("F32", (string?)json["w"]!["dtype"]);
        Assert.AreEqual("[2,3]", json["w"]!["shape"]!.ToJsonString());
        Assert.AreEqual("I64", (string?)json["s"]!["dtype"]);
        Assert.AreEqual("[]", json["s"]!["shape"]!.ToJsonString());
        Assert.AreEqual(9L, BinaryPrimitives.ReadInt64LittleEndian(body[(int)json["s"]!["data_offsets"]![0]!..]));
        CollectionAssert.AreEqual(
            new float[] { 0, 1, 2, 3, 4, 5 },
            MemoryMarshal.Cast<byte, float>(body[(int)json["w"]!["data_offsets"]![0]!..(int)json["w"]!["data_offsets"]![1]!]).ToArray()
        );
        Assert.AreEqual(8 + 6 * 4, body.Length);
    }

    [TestMethod]
    public void Other_floating_point_types_are_read_as_single_precision()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor values = tensor(new[] { 1.5f, -0.25f });
        byte[] body = [.. values.to(float64).bytes, .. values.to(float16).bytes, .. values.to(bfloat16).bytes];
        Craft(
            """{"d":{"dtype":"F64","shape":[2],"data_offsets":[0,16]},"h":"""
                + """{"dtype":"F16","shape":[2],"data_offsets":[16,20]},"b":{"dtype":"BF16","shape":[2],"data_offsets":[20,24]}}""",
            body
        );
        foreach ((string name, Tensor read) in Safetensors.Read(File))
        {
            Assert.AreEqual(ScalarType.Float32, read.dtype, name);
            Assert.IsTrue(values.equal(read).all().item<bool>(), name);
        }
    }

    [TestMethod]
    [DataRow("{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,12]}}", 12, "\"w\"", DisplayName = "bytes and shape disagree")]
    [DataRow(
        "{\"v\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,12]}}",
        12,
        "\"w\" is F32 of shape [1], which does not take the 8 bytes it has",
        DisplayName = "bytes and shape of the second disagree"
    )]
    [DataRow("{\"w\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]}}", 8, "\"w\"", DisplayName = "truncated body")]
    [DataRow(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}",
        12,
        "\"w\" overlaps \"a\"",
        DisplayName = "overlap"
    )]
    [DataRow(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}}",
        12,
        "\"w\" has 4 bytes before it",
        DisplayName = "hole"
    )]
    [DataRow(
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
        8,
        "\"w\" occurs twice",
        DisplayName = "duplicate name"
    )]
    [DataRow(
        "{\"w\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        4,
        "\"w\"",
        DisplayName = "duplicate field"
    )]
    [DataRow("{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 5, "1 bytes follow", DisplayName = "trailing bytes")]
    [DataRow(
        "{\"w\":{\"dtype\":\"Q7\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        4,
        "\"w\" has the type \"Q7\"",
        DisplayName = "unknown type"
    )]
    [DataRow("{\"w\":{\"dtype\":\"F32\",\"shape\":[NaN],\"data_offsets\":[0,4]}}", 4, "not JSON", DisplayName = "NaN literal")]
    [DataRow("{\"w\":{\"dtype\":\"F32\",\"shape\":[\"NaN\"],\"data_offsets\":[0,4]}}", 4, "\"w\" has the shape", DisplayName = "NaN text")]
    [DataRow("{\"w\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,6]}}", 6, "\"w\" has the shape", DisplayName = "fraction")]
    [DataRow(
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[-1,-1],\"data_offsets\":[0,4]}}",
        4,
        "\"w\" has the shape",
        DisplayName = "negative shape"
    )]
    [DataRow("{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[-4,0]}}", 4, "\"w\" lies at", DisplayName = "negative offset")]
    [DataRow("{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", 4, "\"w\" lies at", DisplayName = "backward range")]
    [DataRow(
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[1152921504606846976],\"data_offsets\":[0,4611686018427387904]}}",
        4,
        "\"w\" lies at",
        DisplayName = "2^60 numbers"
    )]
    [DataRow(
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296,4294967296,4294967296,4294967296],\"data_offsets\":[0,0]}}",
        0,
        "\"w\" is F32",
        DisplayName = "product beyond 64 bits"
    )]
    [DataRow(
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],\"data_offsets\":[0,4]}}",
        4,
        "\"w\" has the shape",
        DisplayName = "17 dimensions"
    )]
    [DataRow("{\"w\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "\"w\" does not have", DisplayName = "missing field")]
    [DataRow("{\"w\":4}", 4, "\"w\" does not have", DisplayName = "no object")]
    [DataRow(
        "{\"\\ud800\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        4,
        "not JSON",
        DisplayName = "name that is no Unicode"
    )]
    [DataRow("{\"__metadata__\":{\"a\":1}}", 0, "__metadata__", DisplayName = "metadata that is no text")]
    [DataRow("[]", 0, "not a JSON object", DisplayName = "list")]
    [DataRow("{\"w\":", 0, "not JSON", DisplayName = "half a header")]
    [DataRow("", 0, "not JSON", DisplayName = "empty header")]
    public void A_damaged_file_is_refused_by_name_without_allocating(string json, int bodyLength, string expected)
    {
        Craft(json, new byte[bodyLength]);
        AssertRefused(expected);
    }

    [TestMethod]
    [DataRow(1L << 60)]
    [DataRow(-1L)]
    [DataRow(100L)]
    [DataRow(3L)]
    public void A_header_that_claims_more_than_the_file_is_refused(long claimed)
    {
        System.IO.File.WriteAllBytes(File, [.. BitConverter.GetBytes(claimed), (byte)'{', (byte)'}']);
        AssertRefused($"claims {(ulong)claimed} bytes, and 2 follow");
    }

    [TestMethod]
    public void A_file_shorter_than_its_length_field_is_refused()
    {
        System.IO.File.WriteAllBytes(File, [1, 2, 3]);
        AssertRefused("3 bytes");
    }

    [TestMethod]
    public void Tensors_that_cannot_be_written_are_refused_and_the_old_file_stays()
    {
        using DisposeScope scope = NewDisposeScope();
        Safetensors.Write(File, [("w", ones(1))]);
        byte[] before = System.IO.File.ReadAllBytes(File);
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => Safetensors.Write(File, [("w", ones(1)), ("w", ones(1))])).Message,
            "\"w\""
        );
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => Safetensors.Write(File, [("h", ones(1, float16))])).Message,
            "\"h\""
        );
        Assert.ThrowsExactly<ArgumentException>(() => Safetensors.Write(File, [("__metadata__", ones(1))]));
        CollectionAssert.AreEqual(before, System.IO.File.ReadAllBytes(File));
        CollectionAssert.AreEqual(new[] { Path.GetFileName(File) }, folder.Files);
    }

    private void Craft(string json, byte[] body)
    {
        byte[] header = Encoding.UTF8.GetBytes(json);
        System.IO.File.WriteAllBytes(File, [.. BitConverter.GetBytes((long)header.Length), .. header, .. body]);
    }

    private void AssertRefused(string expected)
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        string message = Assert.ThrowsExactly<InvalidDataException>(() => Safetensors.Read(File)).Message;
        Assert.IsLessThan(1 << 20, GC.GetAllocatedBytesForCurrentThread() - allocated);
        StringAssert.Contains(message, expected);
        StringAssert.Contains(message, File);
    }
}
