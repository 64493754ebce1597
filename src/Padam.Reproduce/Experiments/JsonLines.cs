using System.Text.Json;

namespace Padam.Reproduce.Experiments;

/// <summary>On which line of a JSON text each value begins, by its path ($.series[2].optimizer).</summary>
internal sealed class JsonLines
{
    private readonly Dictionary<string, int> _lines = [];

    /// <summary>The line of a value, from 1; of the nearest value around it where it is not there.</summary>
    public int this[string path]
    {
        get
        {
            int line;
            while (!_lines.TryGetValue(path, out line) && path.LastIndexOfAny(['.', '[']) is var end and > 0)
                path = path[..end];
            return Math.Max(line, 1);
        }
    }

    public static JsonLines Of(ReadOnlySpan<byte> utf8, JsonSerializerOptions options)
    {
        var lines = new JsonLines();
        var reader = new Utf8JsonReader(
            utf8,
            new JsonReaderOptions { CommentHandling = options.ReadCommentHandling, AllowTrailingCommas = options.AllowTrailingCommas }
        );
        reader.Read();
        lines.Visit(ref reader, "$", utf8);
        return lines;
    }

    private void Visit(ref Utf8JsonReader reader, string path, ReadOnlySpan<byte> utf8)
    {
        _lines[path] = 1 + utf8[..(int)reader.TokenStartIndex].Count((byte)'\n');
        if (reader.TokenType == JsonTokenType.StartArray)
            for (int i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
                Visit(ref reader, $"{path}[{i}]", utf8);
        else if (reader.TokenType == JsonTokenType.StartObject)
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                string name = reader.GetString()!;
                reader.Read();
                Visit(ref reader, $"{path}.{name}", utf8);
            }
    }
}
