using System.Buffers.Binary;
using System.Text.Json;

namespace Padam.MLNet.Formats;

/// <summary>One tensor of a safetensors file: its type, its shape and where its bytes lie, counted from the end of the header.</summary>
internal sealed record SafetensorsEntry(string Name, string Type, long[] Shape, long Begin, long End);

/// <summary>
/// The header of a safetensors file (8 bytes of length, JSON), checked in full before anything else is read or allocated: its length
/// against the file's, each tensor's bytes against its type and shape, all tensors together against the body, without a gap or an overlap.
/// </summary>
internal sealed class SafetensorsHeader
{
    public const string MetadataName = "__metadata__";

    // Far above any network's (ResNet152: 80 KB), far below what hurts.
    private const long LargestHeader = 16 << 20;
    private const int MostDimensions = 16;

    private readonly string file;
    private readonly long bodyLength;

    /// <param name="stream">The file, at its start; left at the start of the body. It need not be seekable.</param>
    /// <param name="fileLength">Bytes of the whole file.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <exception cref="InvalidDataException">The header contradicts itself or the file.</exception>
    public SafetensorsHeader(Stream stream, long fileLength, string file)
    {
        this.file = file;
        Span<byte> prefix = stackalloc byte[8];
        if (stream.ReadAtLeast(prefix, prefix.Length, throwOnEndOfStream: false) < prefix.Length)
            throw Bad($"it has {fileLength} bytes, less than a safetensors file's shortest.");
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > (ulong)(fileLength - prefix.Length))
            throw Bad(
                ForeignKind(prefix, stream)
                    ?? $"its header claims {length} bytes, and {fileLength - prefix.Length} follow. It is truncated, or no safetensors "
                        + "file."
            );
        if (length > LargestHeader)
            throw Bad($"its header claims {length} bytes; {LargestHeader} are the most that is read.");
        byte[] json = new byte[length];
        stream.ReadExactly(json);
        bodyLength = fileLength - prefix.Length - json.Length;
        Entries = Parse(json);
        CheckBody();
    }

    /// <summary>The tensors in the header's order.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>Bytes of one element, or null for a type that is not read here.</summary>
    public static int? SizeOf(string type) =>
        type switch
        {
            "F64" or "I64" => 8,
            "F32" => 4,
            "F16" or "BF16" => 2,
            _ => null,
        };

    private static string? ForeignKind(ReadOnlySpan<byte> prefix, Stream stream)
    {
        byte[] head = new byte[ForeignFile.HeadBytes];
        prefix.CopyTo(head);
        int read = stream.ReadAtLeast(head.AsSpan(prefix.Length), head.Length - prefix.Length, throwOnEndOfStream: false);
        return ForeignFile.Describe(head.AsSpan(0, prefix.Length + read));
    }

    private List<SafetensorsEntry> Parse(byte[] json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw Bad("its header is not a JSON object.");
            HashSet<string> names = [];
            List<SafetensorsEntry> entries = [];
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (!names.Add(property.Name))
                    throw Bad($"the name \"{Shortened(property.Name)}\" occurs twice.");
                if (property.Name != MetadataName)
                    entries.Add(Entry(property));
                else if (
                    property.Value.ValueKind != JsonValueKind.Object
                    || property.Value.EnumerateObject().Any(item => item.Value.ValueKind != JsonValueKind.String)
                )
                    throw Bad($"{MetadataName} is not a map of texts.");
            }

            return entries;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException) // the latter: a text that is no Unicode
        {
            throw Bad($"its header is not JSON: {error.Message}");
        }
    }

    private SafetensorsEntry Entry(JsonProperty property)
    {
        JsonElement value = property.Value;
        if (
            value.ValueKind != JsonValueKind.Object
            || value.GetPropertyCount() != 3
            || !value.TryGetProperty("dtype", out JsonElement type)
            || !value.TryGetProperty("shape", out JsonElement shape)
            || !value.TryGetProperty("data_offsets", out JsonElement offsets)
        )
            throw Bad(property.Name, "does not have just dtype, shape and data_offsets.");
        if (type.ValueKind != JsonValueKind.String || SizeOf(type.GetString()!) is not int size)
            throw Bad(property.Name, $"has the type {Shortened(type)}; F32, F64, F16, BF16 and I64 are read.");
        if (Numbers(shape) is not { Length: <= MostDimensions } sides)
            throw Bad(
                property.Name,
                $"has the shape {Shortened(shape)}, which is not a list of at most {MostDimensions} whole numbers from 0."
            );
        if (Numbers(offsets) is not [long begin, long end] || end < begin || end > bodyLength)
            throw Bad(
                property.Name,
                $"lies at {Shortened(offsets)}, which is not within the body of {bodyLength} bytes. The file is truncated, or its header "
                    + "is wrong."
            );
        if (ByteCount(sides, size) != end - begin)
            throw Bad(
                property.Name,
                $"is {type.GetString()} of shape {Shortened(shape)}, which does not take the {end - begin} bytes it has."
            );
        return new SafetensorsEntry(property.Name, type.GetString()!, sides, begin, end);
    }

    private static long[]? Numbers(JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Array)
            return null;
        var numbers = new long[list.GetArrayLength()];
        int i = 0;
        foreach (JsonElement element in list.EnumerateArray())
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt64(out numbers[i++]) || numbers[i - 1] < 0)
                return null;
        return numbers;
    }

    private static Int128 ByteCount(long[] shape, int size)
    {
        Int128 bytes = size;
        foreach (long side in shape)
        {
            bytes *= side;
            if (bytes > long.MaxValue)
                return bytes; // before the next product could leave 128 bits
        }

        return bytes;
    }

    private void CheckBody()
    {
        SafetensorsEntry? previous = null;
        foreach (SafetensorsEntry entry in Entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            long expected = previous?.End ?? 0;
            if (entry.Begin < expected)
                throw Bad(entry.Name, $"overlaps \"{previous!.Name}\".");
            if (entry.Begin > expected)
                throw Bad(entry.Name, $"has {entry.Begin - expected} bytes before it that belong to no tensor.");
            previous = entry;
        }

        if ((previous?.End ?? 0) is var used && used < bodyLength)
            throw Bad($"{bodyLength - used} bytes follow its last tensor and belong to none.");
    }

    private static string Shortened(JsonElement element) => Shortened(element.GetRawText());

    private static string Shortened(string text) => text.Length > 80 ? text[..80] + "..." : text;

    private InvalidDataException Bad(string what) => new($"{file} cannot be read as safetensors: {what}");

    private InvalidDataException Bad(string tensor, string what) => Bad($"the tensor \"{Shortened(tensor)}\" {what}");
}
