using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Padam.Reliability;

/// <summary>An honest model zip, and what accidents and strangers make of it.</summary>
internal sealed class BrokenModels
{
    private const string DescriptionEntry = "TransformerChain/Description.json",
        WeightsEntry = "TransformerChain/Weights.safetensors";
    private readonly byte[] _honest;
    private readonly (string Name, byte[] Bytes)[] _entries;

    /// <param name="honest">A zip with one image classifier and no chain around it.</param>
    public BrokenModels(byte[] honest)
    {
        _honest = honest;
        using var zip = new ZipArchive(new MemoryStream(honest));
        _entries = [.. zip.Entries.Select(entry => (entry.FullName, Unpacked(entry)))];
    }

    public byte[] Cut(int length) => _honest[..length];

    public byte[] Flipped(int bit)
    {
        byte[] broken = [.. _honest];
        broken[bit / 8] ^= (byte)(1 << (bit % 8));
        return broken;
    }

    /// <summary>Where a bit of the description's or the weights' packed bytes lies in the file.</summary>
    public int BitOfOurEntries(Random random)
    {
        (int start, int length)[] parts = [.. new[] { DescriptionEntry, WeightsEntry }.Select(PackedRange)];
        int at = random.Next(parts.Sum(part => part.length));
        return ((at < parts[0].length ? parts[0].start + at : parts[1].start + at - parts[0].length) * 8) + random.Next(8);
    }

    /// <summary>
    /// Files that no honest program writes, each with a word (or one of several) that the refusal must hold; made when asked for.
    /// </summary>
    /// <param name="bombBytes">What a deflate bomb unpacks to.</param>
    public IEnumerable<(string Name, Func<byte[]> Zip, string Word)> Hostile(int bombBytes)
    {
        yield return ("trailing bytes", () => [.. _honest, 1, 2, 3], "end");
        yield return ("empty", () => [], "no zip");
        yield return ("not a zip", () => Encoding.UTF8.GetBytes(new string('x', 100)), "end");
        yield return ("a claim of 2^40 elements", () => WithWeights(Claiming(1L << 40)), "shape");
        yield return ("a header of 2^40 bytes", () => WithWeights([.. BitConverter.GetBytes(1L << 40), .. Weights[8..]]), "header");
        yield return ("a bomb as weights", () => WithWeights(new byte[bombBytes]), "bomb");
        yield return ("a bomb as another entry", () => With([.. _entries, ("Notes.bin", new byte[bombBytes])]), "bomb");
        yield return (
            "a pickle as weights",
            () => WithWeights([0x80, 2, .. "ctorch._utils\n_rebuild_tensor_v2\n"u8, .. new byte[100], (byte)'.']),
            "safetensors"
        );
        yield return (
            "a newer version",
            () =>
                WithDescription(json =>
                {
                    json["Format"] = 4;
                    json["Quantization"] = "int8";
                }),
            "format 4"
        );
        yield return ("an unknown member", () => WithDescription(json => json["Quantization"] = "int8"), "Quantization");
        yield return ("no optimizer", () => WithDescription(json => json["Optimizer"] = null), "Optimizer");
        yield return ("a small network of other shapes", () => WithDescription(json => json["Backbone"] = "wrn-16-1"), "wrn-16-1");
        yield return ("a network larger than its weights", () => WithDescription(json => json["Backbone"] = "resnet152"), "resnet152");
        yield return ("a network of terabytes", () => WithDescription(json => json["Backbone"] = "wrn-994-99"), "wrn-994-99");
        yield return ("a network that cannot be", () => WithDescription(json => json["Backbone"] = "wrn-11-4"), "wrn-11-4");
        yield return (
            "settings that cannot be",
            () => WithDescription(json => json["BackboneSettings"]!["BatchNormEpsilon"] = -1),
            "cannot be"
        );
        yield return ("more classes than labels", () => WithDescription(json => json["Classes"] = 11), "labels|values");
        yield return (
            "other classes than the weights",
            () =>
                WithDescription(json =>
                {
                    json["Classes"] = 3;
                    json["Labels"]!["Values"] = new JsonArray("a", "b", "c");
                }),
            "classes"
        );
        yield return (
            "2^31 classes",
            () =>
                WithDescription(json =>
                    (json["Classes"], json["Labels"]) = (int.MaxValue, new JsonObject { ["ItemType"] = null, ["Values"] = null })
                ),
            "classes"
        );
        yield return ("images of 2^31 pixels", () => WithDescription(json => json["Height"] = int.MaxValue), "range");
        yield return ("batches of 2^31 images", () => WithDescription(json => json["InferenceBatchSize"] = int.MaxValue), "range");
        yield return (
            "a deviation of zero",
            () => WithDescription(json => json["StandardDeviation"] = new JsonArray(0, 1, 1)),
            "deviation"
        );
        yield return ("an entry ../x", () => With([.. _entries, ("../x", [1])]), "leads out");
        yield return ("an absolute entry", () => With([.. _entries, ("/x", [1])]), "leads out");
        yield return ("a drive's entry", () => With([.. _entries, ("C:\\x", [1])]), "leads out");
        yield return ("a doubled entry", () => With([.. _entries, (DescriptionEntry, Description)]), "twice");
        yield return (
            "a doubled entry in other case",
            () => With([.. _entries, (DescriptionEntry.ToUpperInvariant(), Description)]),
            "twice"
        );
        yield return (
            "two classifiers",
            () => With([.. _entries, ("Other/Description.json", Description), ("Other/Weights.safetensors", Weights)]),
            "2 image classifiers"
        );
        yield return ("no weights", () => With([.. _entries.Where(entry => entry.Name != WeightsEntry)]), "Weights.safetensors");
        yield return ("no description", () => With([.. _entries.Where(entry => entry.Name != DescriptionEntry)]), "0 image classifiers");
        yield return (
            "weights of another model",
            () => With([.. _entries.Select(entry => entry.Name == WeightsEntry ? (entry.Name, Inverted(entry.Bytes)) : entry)]),
            "checksum"
        );
        yield return (
            "JSON nested 100,000 deep",
            () =>
                With([
                    .. _entries.Select(entry => entry.Name == DescriptionEntry ? (entry.Name, Signed(new string('[', 100_000))) : entry),
                ]),
            "description"
        );
    }

    private byte[] Description => _entries.Single(entry => entry.Name == DescriptionEntry).Bytes;

    private byte[] Weights => _entries.Single(entry => entry.Name == WeightsEntry).Bytes;

    /// <summary>The zip with some members of its description changed, and the description's checksum made right again.</summary>
    public byte[] WithDescription(Action<JsonNode> change) => WithDescription(change, Weights);

    // The description is made to agree with the weights, so that only what is wrong with them remains.
    private byte[] WithWeights(byte[] weights) =>
        WithDescription(json => (json["WeightsLength"], json["WeightsSha256"]) = (weights.Length, Hash(weights)), weights);

    private byte[] WithDescription(Action<JsonNode> change, byte[] weights)
    {
        JsonNode json = JsonNode.Parse(Description.AsSpan(0, Description.Length - (2 * SHA256.HashSizeInBytes) - 2))!;
        change(json);
        return With([
            .. _entries.Select(entry =>
                (
                    entry.Name,
                    entry.Name switch
                    {
                        DescriptionEntry => Signed(json.ToJsonString()),
                        WeightsEntry => weights,
                        _ => entry.Bytes,
                    }
                )
            ),
        ]);
    }

    // The first side of the first tensor.
    private byte[] Claiming(long elements)
    {
        int header = (int)BitConverter.ToInt64(Weights);
        byte[] json = Encoding.UTF8.GetBytes(
            new Regex(@"""shape"":\[\d+").Replace(Encoding.UTF8.GetString(Weights, 8, header), $"\"shape\":[{elements}", count: 1)
        );
        return [.. BitConverter.GetBytes((long)json.Length), .. json, .. Weights[(8 + header)..]];
    }

    private (int Start, int Length) PackedRange(string name)
    {
        // A local header is 30 bytes, the name and the extra field.
        byte[] text = Encoding.UTF8.GetBytes(name);
        int at = _honest.AsSpan().IndexOf(text),
            packed;
        using (var zip = new ZipArchive(new MemoryStream(_honest)))
            packed = (int)zip.GetEntry(name)!.CompressedLength;
        return (at + text.Length + BitConverter.ToUInt16(_honest, at - 2), packed);
    }

    private static byte[] Signed(string json)
    {
        byte[] text = Encoding.UTF8.GetBytes(json);
        return [.. text, (byte)'\n', .. Encoding.ASCII.GetBytes(Hash(text)), (byte)'\n'];
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static byte[] Inverted(byte[] bytes) => [.. bytes.Select(value => (byte)~value)];

    private static byte[] With(IEnumerable<(string Name, byte[] Bytes)> entries)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] bytes) in entries)
            {
                using Stream entry = zip.CreateEntry(name).Open();
                entry.Write(bytes);
            }
        }

        return stream.ToArray();
    }

    private static byte[] Unpacked(ZipArchiveEntry entry)
    {
        using Stream stream = entry.Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
