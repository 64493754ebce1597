using System.Text.Json;
using System.Text.Json.Serialization;
using Padam.Reproduce.Data;
using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Experiments;

/// <summary>Reads experiments: the shipped ones by name, the user's by path. Every fault is said with its line.</summary>
internal static class ExperimentFile
{
    private const string ResourcePrefix = "Experiments/";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = false,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    public static IReadOnlyList<string> ShippedNames { get; } =
    [
        .. typeof(ExperimentFile)
            .Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal))
            .Select(name => Path.GetFileNameWithoutExtension(name[ResourcePrefix.Length..]))
            .Order(StringComparer.Ordinal),
    ];

    /// <exception cref="UsageException">There is none of this name.</exception>
    public static Experiment Shipped(string name)
    {
        using Stream stream =
            typeof(ExperimentFile).Assembly.GetManifestResourceStream($"{ResourcePrefix}{name}.json")
            ?? throw new UsageException(
                $"There is no experiment '{name}'. Known are {string.Join(", ", ShippedNames)}; or name a file that ends in .json."
            );
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return Parse(bytes.ToArray(), $"{name}.json");
    }

    /// <summary>One of the user's own. Named as a shipped one, it is another all the same.</summary>
    /// <exception cref="CommandException">The file is missing, is no JSON, or describes no experiment that can be run.</exception>
    public static Experiment Read(string path)
    {
        if (Directory.Exists(path))
            throw new CommandException($"'{path}' is a folder where the file of an experiment is expected.");
        if (!File.Exists(path))
            throw new CommandException($"There is no file '{path}'.");
        Experiment experiment = Parse(JsonFile.Text(path), path) with { OwnFile = Path.GetFileName(path) };
        return ShippedNames.Contains(experiment.Name, StringComparer.OrdinalIgnoreCase)
            ? experiment with
            {
                Name = $"own-{experiment.Name}",
            }
            : experiment;
    }

    public static Experiment Parse(ReadOnlySpan<byte> utf8, string path)
    {
        try
        {
            Experiment experiment = JsonSerializer.Deserialize<Experiment>(utf8, Json) ?? throw new JsonException("It is null.", "$", 0, 0);
            JsonLines lines = JsonLines.Of(utf8, Json);
            string[] faults = [.. ExperimentFaults.Of(experiment).Select(fault => $"{path}, line {lines[fault.Where]}: {fault.What}")];
            return faults.Length == 0
                ? experiment with
                {
                    Name = Path.GetFileNameWithoutExtension(path),
                }
                : throw new CommandException(string.Join(Environment.NewLine, faults));
        }
        catch (JsonException fault)
        {
            string what = fault.Message.Split(" Path: ", 2)[0];
            throw new CommandException($"{path}, line {fault.LineNumber + 1 ?? 1}: {what}", fault);
        }
    }
}
