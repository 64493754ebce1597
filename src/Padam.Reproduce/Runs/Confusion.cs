using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML;
using Padam.MLNet;

namespace Padam.Reproduce.Runs;

/// <summary>Test images by their class and by the class that a model took them for.</summary>
internal sealed record Confusion
{
    /// <summary>The names of the classes, in the order of the scores.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>Images of a class (first) that were taken for a class (second).</summary>
    [JsonConverter(typeof(RowsOfCounts))]
    public required IReadOnlyList<IReadOnlyList<long>> Counts { get; init; }

    [JsonIgnore]
    public bool IsSquare => Counts.Count == Classes.Count && Counts.All(row => row.Count == Classes.Count);

    /// <summary>The wrong answers, the most frequent first.</summary>
    [JsonIgnore]
    public IEnumerable<(int Actual, int Predicted, long Images)> Mistakes =>
        Counts
            .SelectMany((row, actual) => row.Select((images, predicted) => (Actual: actual, Predicted: predicted, Images: images)))
            .Where(cell => cell.Actual != cell.Predicted && cell.Images > 0)
            .OrderByDescending(cell => cell.Images);

    /// <summary>The part of a class's images that were taken for another; null where it has no image.</summary>
    public double? ErrorOf(int actual) =>
        Counts[actual].Sum() is > 0 and var images ? (double)(images - Counts[actual][actual]) / images : null;

    /// <summary>Counts what a model said.</summary>
    /// <param name="scored">Rows with Label, a key, and Score.</param>
    /// <param name="model">The model.</param>
    public static Confusion Of(IDataView scored, ImageClassificationTransformer model) =>
        new()
        {
            Classes = model.ClassNames ?? [.. Enumerable.Range(0, model.Classes).Select(i => $"class {i}")],
            Counts = Answers.Of(scored, model.Classes, mostMistakes: 0).Confusion,
        };

    /// <summary>A row of counts a line: a hundred classes are a hundred lines, not ten thousand.</summary>
    private sealed class RowsOfCounts : JsonConverter<IReadOnlyList<IReadOnlyList<long>>>
    {
        public override IReadOnlyList<IReadOnlyList<long>> Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            JsonSerializer.Deserialize<long[][]>(ref reader, options) is { } rows && rows.All(row => row is not null)
                ? rows
                : throw new JsonException("A row of counts is null.");

        public override void Write(Utf8JsonWriter writer, IReadOnlyList<IReadOnlyList<long>> value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            // The writer indents no raw value.
            string line = $"\n{new string(writer.Options.IndentCharacter, writer.Options.IndentSize * writer.CurrentDepth)}";
            foreach (IReadOnlyList<long> row in value)
                writer.WriteRawValue($"{line}[{string.Join(", ", row.Select(count => count.ToString(CultureInfo.InvariantCulture)))}]");
            writer.WriteEndArray();
        }
    }
}
