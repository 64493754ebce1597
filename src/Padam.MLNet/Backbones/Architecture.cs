namespace Padam.MLNet.Backbones;

/// <summary>What network some weights are of, by their names and shapes.</summary>
/// <param name="Description">In words, to follow "it looks like".</param>
/// <param name="Backbone">The name of the backbone that takes them; null where there is none.</param>
internal sealed record Architecture(string Description, string? Backbone)
{
    private static readonly string[] LastLayers = ["fc.weight", "linear.weight", "classifier.weight", "classifier.6.weight"];

    /// <summary>Looks at a weights file's names and shapes.</summary>
    public static Architecture Of(IReadOnlyDictionary<string, long[]> shapes)
    {
        Architecture found = Residual(shapes) ?? Vgg(shapes) ?? Strange(shapes);
        return LastLayers.FirstOrDefault(shapes.ContainsKey) is { } last
            ? found with
            {
                Description = $"{found.Description}, of {shapes[last][0]} classes",
            }
            : found;
    }

    /// <summary>In a sentence, with the remedy.</summary>
    public override string ToString() =>
        Backbone is null
            ? $"It looks like {Description}: there is no such backbone here."
            : $"It looks like {Description}: use Backbone.Parse(\"{Backbone}\").";

    private static Architecture? Residual(IReadOnlyDictionary<string, long[]> shapes)
    {
        if (!shapes.TryGetValue("conv1.weight", out long[]? stem) || stem is not [long width, 3, long kernel, _])
            return null;
        int[] blocks = [.. Counts(stage => Counts(block => shapes.ContainsKey($"layer{stage + 1}.{block}.conv1.weight")))];
        if (blocks.Length == 0 || !shapes.TryGetValue("layer1.0.conv2.weight", out long[]? inner))
            return null;
        bool bottleneck = shapes.ContainsKey("layer1.0.conv3.weight");
        string description =
            $"a residual network with a {kernel}x{kernel} stem and {(bottleneck ? "bottleneck" : "basic")} blocks "
            + string.Join("-", blocks);
        if (blocks.Length == 3 && kernel == 3 && !bottleneck)
            return new(description, WideName(blocks, width, shapes.ContainsKey("conv1.bias")));
        // ResNeXt and wide ResNets have the same names, and other widths.
        bool isPlain = width == 64 && inner is [64, 64, 3, 3];
        return new(description, isPlain ? BackboneRegistry.ResNetOf(bottleneck, blocks, forPhotographs: kernel == 7) : null);
    }

    private static string? WideName(int[] blocks, long width, bool hasBiases) =>
        hasBiases ? "wrn-16-4-report"
        : width % 16 == 0 && blocks.All(count => count == blocks[0]) ? $"wrn-{(6 * blocks[0]) + 4}-{width / 16}"
        : null;

    private static Architecture? Vgg(IReadOnlyDictionary<string, long[]> shapes)
    {
        if (!shapes.TryGetValue("features.0.weight", out long[]? first) || first is not [64, 3, 3, 3])
            return null;
        int convolutions = shapes.Count(entry =>
            entry.Key.StartsWith("features.", StringComparison.Ordinal) && entry.Value is [_, _, 3, 3]
        );
        string description = $"a VGG of {convolutions} convolutions";
        return shapes.ContainsKey("features.1.running_mean")
            ? new(description, BackboneRegistry.VggOf(convolutions, forPhotographs: !shapes.ContainsKey("classifier.weight")))
            : new($"{description} without batch normalisation", null);
    }

    private static Architecture Strange(IReadOnlyDictionary<string, long[]> shapes)
    {
        string[] parts = [.. shapes.Keys.Select(name => name.Split('.')[0]).Distinct()];
        return new($"a network of the parts {string.Join(", ", parts.Take(5))}{(parts.Length > 5 ? ", ..." : "")}", null);
    }

    private static IEnumerable<int> Counts(Func<int, int> count) => Enumerable.Range(0, int.MaxValue).Select(count).TakeWhile(n => n > 0);

    private static int Counts(Func<int, bool> exists) => Enumerable.Range(0, int.MaxValue).TakeWhile(exists).Count();
}
