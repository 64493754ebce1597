using System.Buffers.Binary;
using System.Text.Json;
using Padam.MLNet.Formats;
using Padam.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

// The name under which users know it, from before the rooms.
namespace Padam.MLNet.Persistence;

/// <summary>
/// Tensors in a file as the PyTorch world exchanges them (https://github.com/huggingface/safetensors): nothing but names, shapes and
/// numbers. Names and shapes are those of <c>state_dict()</c>, so weights move to and from PyTorch.
/// </summary>
public static class Safetensors
{
    // One tensor passes through memory at a time, and .NET spans end here.
    private const long LargestTensor = int.MaxValue;

    /// <summary>
    /// Writes the tensors, in plain layout, beside the target, and renames: an old file stays until the new one is complete.
    /// </summary>
    /// <param name="path">The file; its folder is made if need be.</param>
    /// <param name="tensors">Names and tensors, Float32 or Int64, on any device and in any memory layout.</param>
    /// <param name="metadata">Texts to keep in the header beside <c>format: pt</c>.</param>
    /// <exception cref="ArgumentException">A name occurs twice or is reserved, or a tensor has another type or more than 2 GiB.</exception>
    public static void Write(
        string path,
        IEnumerable<(string Name, Tensor Tensor)> tensors,
        IReadOnlyDictionary<string, string>? metadata = null
    ) => AtomicFile.Write(path, stream => Write(stream, tensors, metadata));

    internal static void Write(
        Stream stream,
        IEnumerable<(string Name, Tensor Tensor)> tensors,
        IReadOnlyDictionary<string, string>? metadata = null
    )
    {
        (string Name, Tensor Tensor)[] all = [.. tensors];
        HashSet<string> names = [SafetensorsHeader.MetadataName];
        foreach ((string name, Tensor tensor) in all)
        {
            if (!names.Add(name))
                throw new ArgumentException($"The tensor name \"{name}\" is reserved or occurs twice.", nameof(tensors));
            if (tensor.dtype is not (ScalarType.Float32 or ScalarType.Int64))
                throw new ArgumentException($"The tensor \"{name}\" is {tensor.dtype}; Float32 and Int64 can be written.", nameof(tensors));
            if (tensor.NumberOfElements * tensor.ElementSize > LargestTensor)
                throw new ArgumentException($"The tensor \"{name}\" has more than 2 GiB.", nameof(tensors));
        }

        // Eight-byte elements first: readers that map the file need every tensor aligned.
        var body = all.OrderByDescending(entry => entry.Tensor.ElementSize).ToArray();
        byte[] header = Header(all, body, metadata);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach ((_, Tensor tensor) in body)
        {
            using DisposeScope scope = NewDisposeScope();
            stream.Write(tensor.detach().cpu().contiguous().bytes);
        }
    }

    /// <summary>Reads all tensors, in the header's order. The header is checked in full first.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Names and tensors on the CPU: Float32 (F16, BF16 and F64 are converted) or Int64. Dispose them.</returns>
    /// <exception cref="InvalidDataException">
    /// The file is truncated, contradicts itself, or holds other types; the message names the file and the tensor.
    /// </exception>
    public static IReadOnlyList<(string Name, Tensor Tensor)> Read(string path)
    {
        using FileStream stream = File.OpenRead(path);
        using var state = TorchState.EnterWithoutGradients();
        IReadOnlyList<(string Name, Tensor Tensor)> all = Read(stream, path);
        state.MoveToCaller(all.Select(entry => entry.Tensor));
        return all;
    }

    internal static IReadOnlyList<(string Name, Tensor Tensor)> Read(Stream stream, string path)
    {
        SafetensorsHeader header = new(stream, stream.Length, path);
        long body = stream.Position;
        return [.. header.Entries.Select(entry => (entry.Name, Read(stream, body, entry, path)))];
    }

    /// <summary>Reads one tensor of an open file whose header was checked.</summary>
    internal static Tensor Read(Stream stream, long body, SafetensorsEntry entry, string file)
    {
        if (entry.End - entry.Begin > LargestTensor)
            throw new InvalidDataException($"{file}: the tensor \"{entry.Name}\" has more than 2 GiB, which is more than is read.");
        Tensor tensor = CpuTensors.Empty(
            entry.Shape,
            entry.Type switch
            {
                "F64" => ScalarType.Float64,
                "F16" => ScalarType.Float16,
                "BF16" => ScalarType.BFloat16,
                "I64" => ScalarType.Int64,
                _ => ScalarType.Float32,
            }
        );
        stream.Position = body + entry.Begin;
        if (entry.End > entry.Begin)
            stream.ReadExactly(tensor.bytes);
        if (tensor.dtype is ScalarType.Float32 or ScalarType.Int64)
            return tensor;
        using (tensor)
            return tensor.to(ScalarType.Float32);
    }

    private static byte[] Header(
        (string Name, Tensor Tensor)[] all,
        (string Name, Tensor Tensor)[] body,
        IReadOnlyDictionary<string, string>? metadata
    )
    {
        Dictionary<string, long> begins = [];
        long end = 0;
        foreach ((string name, Tensor tensor) in body)
        {
            begins[name] = end;
            end += tensor.NumberOfElements * tensor.ElementSize;
        }

        using MemoryStream json = new();
        using (Utf8JsonWriter writer = new(json))
        {
            writer.WriteStartObject();
            writer.WriteStartObject(SafetensorsHeader.MetadataName);
            foreach (
                (string key, string text) in new Dictionary<string, string>(metadata ?? new Dictionary<string, string>())
                {
                    ["format"] = "pt",
                }
            )
                writer.WriteString(key, text);
            writer.WriteEndObject();
            foreach ((string name, Tensor tensor) in all)
            {
                writer.WriteStartObject(name);
                writer.WriteString("dtype", tensor.dtype == ScalarType.Int64 ? "I64" : "F32");
                WriteNumbers(writer, "shape", tensor.shape);
                WriteNumbers(writer, "data_offsets", [begins[name], begins[name] + tensor.NumberOfElements * tensor.ElementSize]);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        // Spaces up to a multiple of eight keep the body aligned.
        while (json.Length % 8 != 0)
            json.WriteByte((byte)' ');
        return json.ToArray();
    }

    private static void WriteNumbers(Utf8JsonWriter writer, string name, long[] numbers)
    {
        writer.WriteStartArray(name);
        foreach (long number in numbers)
            writer.WriteNumberValue(number);
        writer.WriteEndArray();
    }
}
