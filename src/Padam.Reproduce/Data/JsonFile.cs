using System.Text.Json;
using Padam.MLNet.Formats;
using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Data;

/// <summary>The program's own JSON files. What cannot be read is said by name, with what can be done.</summary>
internal static class JsonFile
{
    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true, RespectNullableAnnotations = true };

    /// <param name="path">The file.</param>
    /// <param name="what">What it should be, such as "the summary of a run".</param>
    /// <param name="remedy">A sentence.</param>
    /// <exception cref="CommandException">It cannot be read, or is something else.</exception>
    public static T Read<T>(string path, string what, string remedy)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(Text(path), Options) ?? throw new JsonException("It is null.");
        }
        catch (Exception fault) when (fault is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"'{path}' is not {what}: {fault.Message.TrimEnd('.')}. {remedy}", fault);
        }
    }

    /// <summary>A text file's bytes, without the byte-order mark that some editors put before them.</summary>
    public static ReadOnlySpan<byte> Text(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        return bytes.AsSpan().StartsWith(ByteOrderMark) ? bytes.AsSpan(ByteOrderMark.Length) : bytes;
    }

    public static void Write<T>(string path, T value) => AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, value, Options));

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];
}
