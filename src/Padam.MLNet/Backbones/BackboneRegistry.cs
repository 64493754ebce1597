using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Padam.MLNet.Backbones;

/// <summary>Names to networks.</summary>
internal static partial class BackboneRegistry
{
    private const string WideFamily = "wrn-<depth>-<widen>";

    private static readonly BackboneSettings Authors = new();

    // The report's wide network is a network together with its weights' scale and its Keras constants.
    private static readonly BackboneSettings ReportWide = new()
    {
        Initialization = Initialization.UnitNormal,
        BatchNormMomentum = 0.01,
        BatchNormEpsilon = 1e-3,
    };

    private static readonly Dictionary<string, Backbone> BuiltIn = new Backbone[]
    {
        Vgg("vgg11", Backbones.Vgg.Vgg11),
        Vgg("vgg13", Backbones.Vgg.Vgg13),
        Vgg("vgg16", Backbones.Vgg.Vgg16),
        Vgg("vgg19", Backbones.Vgg.Vgg19),
        Vgg("vgg-small", Backbones.Vgg.Small),
        ResNet("resnet18", bottleneck: false, 2, 2, 2, 2),
        ResNet("resnet34", bottleneck: false, 3, 4, 6, 3),
        ResNet("resnet50", bottleneck: true, 3, 4, 6, 3),
        ResNet("resnet101", bottleneck: true, 3, 4, 23, 3),
        ResNet("resnet152", bottleneck: true, 3, 8, 36, 3),
        new BuiltInBackbone("wrn-16-4-report", WideResNet.TotalStride, WideResNet.OfReport, ReportWide),
    }.ToDictionary(backbone => backbone.Name, StringComparer.OrdinalIgnoreCase);

    private static readonly ConcurrentDictionary<string, Backbone> Registered = new(StringComparer.OrdinalIgnoreCase);

    public static IReadOnlyList<string> Names => [.. BuiltIn.Keys, WideFamily, .. Registered.Keys.Order(StringComparer.OrdinalIgnoreCase)];

    public static Backbone Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Find(name)
            ?? throw new ArgumentException(
                $"Backbone \"{name}\" is not known. Did you mean {Nearest(name)}? The names are {string.Join(", ", Names)}.",
                nameof(name)
            );
    }

    public static void Register(string name, Func<int, Module<Tensor, Tensor>> build)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(build);
        if (BuiltIn.ContainsKey(name) || WideName().IsMatch(name))
            throw new ArgumentException($"\"{name}\" is a built-in backbone: register yours under another name.", nameof(name));
        Registered[name] = new RegisteredBackbone(name, build);
    }

    public static Backbone? Find(string name) => BuiltIn.GetValueOrDefault(name) ?? Wide(name) ?? Registered.GetValueOrDefault(name);

    private static BuiltInBackbone Vgg(string name, int[] plan) =>
        new(name, Backbones.Vgg.TotalStride(plan), (classes, settings) => new Vgg(plan, classes, settings), Authors);

    private static BuiltInBackbone ResNet(string name, bool bottleneck, params int[] blocks) =>
        new(name, Backbones.ResNet.TotalStride, (classes, settings) => new ResNet(bottleneck, blocks, classes, settings), Authors);

    private static BuiltInBackbone? Wide(string name)
    {
        Match match = WideName().Match(name);
        if (!match.Success)
            return null;
        int depth = int.Parse(match.Groups["depth"].ValueSpan),
            widen = int.Parse(match.Groups["widen"].ValueSpan);
        if (depth < 10 || (depth - 4) % 6 != 0)
            throw new ArgumentException(
                $"\"{name}\": the depth of a wide network is 6n+4 (10, 16, 22, 28, 34, 40, ...), not {depth}.",
                nameof(name)
            );
        if (widen < 1)
            throw new ArgumentException($"\"{name}\": the widening factor is at least 1.", nameof(name));
        return new BuiltInBackbone(
            $"wrn-{depth}-{widen}",
            WideResNet.TotalStride,
            (classes, settings) => WideResNet.OfAuthors(depth, widen, classes, settings),
            Authors
        );
    }

    // Bounded digits: a slip of the finger should not ask for terabytes of weights.
    [GeneratedRegex(@"^wrn-(?<depth>\d{1,3})-(?<widen>\d{1,2})$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex WideName();

    private static string Nearest(string name) =>
        Names
            .Where(known => known != WideFamily)
            .Append("wrn-16-4")
            .Append("wrn-28-10")
            .MinBy(known => EditDistance(name.ToUpperInvariant(), known.ToUpperInvariant()))!;

    private static int EditDistance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            (int diagonal, row[0]) = (row[0], i);
            for (int j = 1; j <= b.Length; j++)
            {
                int substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                (diagonal, row[j]) = (row[j], Math.Min(substituted, 1 + Math.Min(row[j], row[j - 1])));
            }
        }

        return row[b.Length];
    }
}
