using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Padam.MLNet.Formats;

/// <summary>A JSON text that ends in a line with its own SHA-256, so that no flipped bit goes unseen.</summary>
internal static class DescriptionText
{
    /// <summary>The most bytes that are read: room for a hundred thousand long class names.</summary>
    internal const int MostBytes = 16 << 20;

    internal static byte[] Write<T>(T value, JsonTypeInfo<T> type)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(value, type);
        return [.. json, (byte)'\n', .. Encoding.ASCII.GetBytes(Hash(json)), (byte)'\n'];
    }

    /// <param name="stream">The text.</param>
    /// <param name="file">The file's name, for messages.</param>
    /// <param name="oldest">The oldest layout that is read, the JSON's <c>Format</c>.</param>
    /// <param name="newest">The newest.</param>
    /// <param name="type">How the JSON is read.</param>
    /// <exception cref="InvalidDataException">
    /// The text is too long, its checksum is wrong, or it is not such a JSON of this layout.
    /// </exception>
    internal static T Read<T>(Stream stream, string file, int oldest, int newest, JsonTypeInfo<T> type)
    {
        byte[] text = ReadAll(stream, file);
        int length = text.Length;
        const int hashLine = (SHA256.HashSizeInBytes * 2) + 2;
        if (length < hashLine || text[length - 1] != '\n' || text[length - hashLine] != '\n')
            throw new InvalidDataException($"{file}: the description is cut off.");
        ReadOnlySpan<byte> json = text.AsSpan(0, length - hashLine);
        if (Encoding.ASCII.GetString(text, length - hashLine + 1, hashLine - 2) != Hash(json))
            throw new InvalidDataException($"{file}: the description's checksum does not match; the file is damaged.");
        try
        {
            // First: a newer layout may differ in anything but this and the checksum.
            int written = FormatOf(json);
            if (written < oldest || written > newest)
                throw new InvalidDataException(
                    $"{file} has format {written}; this version of Padam.MLNet reads {oldest} to {newest}. Use the version that wrote it, "
                        + "or a newer one."
                );
            return JsonSerializer.Deserialize(json, type) ?? throw new InvalidDataException($"{file}: the description is empty.");
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"{file}: the description cannot be read: {fault.Message}", fault);
        }
    }

    // Grows with what there is: most descriptions have a few thousand bytes.
    private static byte[] ReadAll(Stream stream, string file)
    {
        using var text = new MemoryStream();
        byte[] buffer = new byte[1 << 14];
        for (int read; (read = stream.Read(buffer)) > 0; )
        {
            if (text.Length + read > MostBytes)
                throw new InvalidDataException($"{file}: the description has more than {MostBytes} bytes.");
            text.Write(buffer, 0, read);
        }

        return text.ToArray();
    }

    private static int FormatOf(ReadOnlySpan<byte> json)
    {
        using JsonDocument text = JsonDocument.Parse(json.ToArray());
        return
            text.RootElement.ValueKind == JsonValueKind.Object
            && text.RootElement.TryGetProperty("Format", out JsonElement format)
            && format.ValueKind == JsonValueKind.Number
            && format.TryGetInt32(out int number)
            ? number
            : 0;
    }

    internal static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
