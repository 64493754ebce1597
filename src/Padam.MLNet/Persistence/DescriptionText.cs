using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Padam.MLNet.Persistence;

/// <summary>A JSON text that ends in a line with its own SHA-256, so that no flipped bit goes unseen.</summary>
internal static class DescriptionText
{
    /// <summary>The most bytes that are read: room for a hundred thousand long class names.</summary>
    internal const int MostBytes = 16 << 20;

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter() },
    };

    internal static byte[] Write<T>(T value)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(value, Json);
        return [.. json, (byte)'\n', .. Encoding.ASCII.GetBytes(Hash(json)), (byte)'\n'];
    }

    /// <exception cref="InvalidDataException">The text is too long, its checksum is wrong, or it is not such a JSON.</exception>
    internal static T Read<T>(Stream stream, string file)
    {
        byte[] text = new byte[MostBytes + 1];
        int length = stream.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
        if (length > MostBytes) throw new InvalidDataException($"{file}: the description has more than {MostBytes} bytes.");
        const int hashLine = (SHA256.HashSizeInBytes * 2) + 2;
        if (length < hashLine || text[length - 1] != '\n' || text[length - hashLine] != '\n') throw new InvalidDataException($"{file}: the description is cut off.");
        ReadOnlySpan<byte> json = text.AsSpan(0, length - hashLine);
        if (Encoding.ASCII.GetString(text, length - hashLine + 1, hashLine - 2) != Hash(json)) throw new InvalidDataException($"{file}: the description's checksum does not match; the file is damaged.");
        try
        {
            return JsonSerializer.Deserialize<T>(json, Json) ?? throw new InvalidDataException($"{file}: the description is empty.");
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"{file}: the description cannot be read: {fault.Message}", fault);
        }
    }

    internal static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
