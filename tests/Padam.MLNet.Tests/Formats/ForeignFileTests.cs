using System.IO.Compression;
using Microsoft.ML;
using Padam.MLNet.Persistence;

namespace Padam.MLNet.Tests.Formats;

/// <summary>Weights in files of other kinds are told what they are, and what to do.</summary>
[TestClass]
public sealed class ForeignFileTests
{
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    public static IEnumerable<object[]> Files =>
        [
            ["a PyTorch checkpoint (.pt, .pth)", Zip("archive/data.pkl")],
            ["a NumPy archive", Zip("weight.npy")],
            ["a Keras model", Zip("metadata.json")],
            ["a Keras model", Zip("config.json")],
            ["an ML.NET model", Zip("TrainingInfo/Version.txt")],
            ["an ML.NET model", Zip("TransformerChain/Model.key")],
            ["a zip", Zip("anything")],
            ["a pickle", new byte[] { 0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20 }],
            ["a pickle", new byte[] { 0x80, 5, 0x95, 10, 0, 0, 0, 0, 0, 0 }],
            ["an HDF5 file", (byte[])[0x89, .. "HDF\r\n\x1a\n"u8, 0, 0, 0, 0]],
            ["a NumPy array", (byte[])[0x93, .. "NUMPY"u8, 1, 0, 118, 0]],
            ["an ONNX model", (byte[])[0x08, 0x08, 0x12, 0x07, .. "pytorch"u8, 0x1A, 0x05]],
            ["an ONNX model", (byte[])[0x08, 0x01, 0x3A, 0x07, 0, 0, 0, 0]],
            ["an ONNX model", (byte[])[0x08, 0x14, 0x42, 0x07, 0, 0, 0, 0]],
            ["a GGUF file", (byte[])[.. "GGUF"u8, 3, 0, 0, 0, 0, 0]],
            ["a TensorFlow Lite model", (byte[])[28, 0, 0, 0, .. "TFL3"u8, 0, 0]],
            ["a pointer of Git LFS", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"u8.ToArray()],
            ["a web page", "<!DOCTYPE html><html><body>Not found</body></html>"u8.ToArray()],
        ];

    [TestMethod]
    [DynamicData(nameof(Files))]
    public void A_file_of_weights_that_is_no_safetensors_file_is_called_what_it_is(string what, byte[] bytes)
    {
        File.WriteAllBytes(_folder["weights"], bytes);

        StringAssert.Contains(Refusal(), $"It is {what}");
    }

    [TestMethod]
    public void A_file_of_a_network_in_HDF5_that_this_library_wrote_is_called_that()
    {
        MLContext mlContext = new(seed: 1);
        using ImageClassificationTransformer model = mlContext
            .Padam()
            .ImageClassifier(TinyImages.Options(epochs: 1))
            .Fit(Rows.View(mlContext, Rows.Of(20)));
        model.SaveWeights(_folder["weights"], WeightsFormat.KerasHdf5);

        StringAssert.Contains(Refusal(), "HDF5");
        mlContext.Model.Save(model, null, _folder["weights"]);
        StringAssert.Contains(Refusal(), "ML.NET model");
    }

    [TestMethod]
    public void A_file_of_which_nothing_is_known_is_truncated_or_no_safetensors_file()
    {
        foreach (
            byte[] head in new byte[][]
            {
                [0xEE, 0xEE],
                [0x80, 1], // a pickle of a protocol that torch never used, and of one that is none
                [0x80, 6],
                [0x08, 0, 0x12], // versions of ONNX that there are not, and a field that a model does not go on with
                [0x08, 21, 0x12],
                [0x08, 8, 0x13],
                [0x89, (byte)'P', (byte)'N', (byte)'G'],
                [0x93, (byte)'N', (byte)'U', (byte)'L', (byte)'L', (byte)'S'],
            }
        )
        {
            File.WriteAllBytes(_folder["weights"], [.. head, .. Enumerable.Repeat<byte>(0xEE, 100)]);
            StringAssert.Contains(Refusal(), "truncated, or no safetensors file");
        }
    }

    private string Refusal() => Assert.ThrowsExactly<InvalidDataException>(() => Safetensors.Read(_folder["weights"])).Message;

    private static byte[] Zip(string entry)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        using (Stream content = zip.CreateEntry(entry).Open())
            content.Write([1, 2, 3]);
        return stream.ToArray();
    }
}
