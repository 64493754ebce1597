using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Padam.MLNet.Backbones;

/// <summary>Names to networks.</summary>
internal static partial class BackboneRegistry
{
    private const string WideFamily = "wrn-<depth>-<widen>",
        ForPhotographsPrefix = "imagenet-",
        MLNetResNet18 = "mlnet-resnet18";

    private static readonly BackboneSettings Authors = new();

    // The report's wide network is a network together with its weights' scale and its Keras constants.
    private static readonly BackboneSettings ReportWide = new()
    {
        Initialization = Initialization.UnitNormal,
        BatchNormMomentum = 0.01,
        BatchNormEpsilon = 1e-3,
    };

    private static readonly BackboneSettings Airbench94 = new() { BatchNormMomentum = 0.4, BatchNormEpsilon = 1e-12 };

    // Its pixels are 0 to 255, and the mean image is the network's own.
    private static readonly Normalization BytesAsTheyAre = new([0, 0, 0], [1 / 255f, 1 / 255f, 1 / 255f]);

    private static readonly ImageSize OfImageNet = new(224, 224);

    private static readonly (string Name, int[] Convolutions)[] VggFamily =
    [
        ("vgg11", [1, 1, 2, 2, 2]),
        ("vgg13", [2, 2, 2, 2, 2]),
        ("vgg16", [2, 2, 3, 3, 3]),
        ("vgg19", [2, 2, 4, 4, 4]),
    ];

    private static readonly (string Name, int[] Convolutions) SmallVgg = ("vgg-small", [1, 1, 1]);

    // A block more than ResNet18 has.
    private static readonly int[] MLNetBlocks = [2, 2, 2, 3];

    private static readonly (string Name, bool Bottleneck, int[] Blocks)[] ResNetFamily =
    [
        ("resnet18", false, [2, 2, 2, 2]),
        ("resnet34", false, [3, 4, 6, 3]),
        ("resnet50", true, [3, 4, 6, 3]),
        ("resnet101", true, [3, 4, 23, 3]),
        ("resnet152", true, [3, 8, 36, 3]),
    ];

    private static readonly Dictionary<string, Backbone> BuiltIn = ForSmallImages()
        .Concat(ForPhotographs())
        .ToDictionary(backbone => backbone.Name, StringComparer.OrdinalIgnoreCase);

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

    /// <summary>The name of the ResNet with these blocks in its stages; null where there is none.</summary>
    public static string? ResNetOf(bool bottleneck, int[] blocks, bool forPhotographs)
    {
        if (forPhotographs && !bottleneck && blocks.SequenceEqual(MLNetBlocks))
            return MLNetResNet18;
        string? name = ResNetFamily.FirstOrDefault(one => one.Bottleneck == bottleneck && one.Blocks.SequenceEqual(blocks)).Name;
        return name is not null && forPhotographs ? ForPhotographsPrefix + name : name;
    }

    /// <summary>The name of the VGG with so many convolutions; null where there is none.</summary>
    public static string? VggOf(int convolutions, bool forPhotographs)
    {
        string? name = VggFamily.FirstOrDefault(one => one.Convolutions.Sum() == convolutions).Name;
        return name is not null && forPhotographs ? ForPhotographsPrefix + name
            : name is null && !forPhotographs && convolutions == SmallVgg.Convolutions.Sum() ? SmallVgg.Name
            : name;
    }

    private static IEnumerable<Backbone> ForSmallImages() =>
        [
            .. VggFamily.Append(SmallVgg).Select(vgg => Vgg(vgg.Name, vgg.Convolutions)),
            .. ResNetFamily.Select(resNet => new BuiltInBackbone(
                resNet.Name,
                new ImageSizeRule(8),
                (classes, settings) => new ResNet(ResNetLayout.SmallImages, resNet.Bottleneck, resNet.Blocks, classes, settings),
                Authors
            )),
            new BuiltInBackbone(
                "airbench94",
                // What the 2x2 convolution leaves is halved three times.
                new ImageSizeRule(9),
                (classes, settings) => new Airbench(classes, settings),
                Airbench94
            ),
            new BuiltInBackbone("wrn-16-4-report", new ImageSizeRule(WideResNet.TotalStride), WideResNet.OfReport, ReportWide),
        ];

    // Five times the map is halved.
    private static IEnumerable<Backbone> ForPhotographs() =>
        [
            .. VggFamily.Select(vgg => new BuiltInBackbone(
                ForPhotographsPrefix + vgg.Name,
                new ImageSizeRule(32),
                (classes, settings) => new ImageNetVgg(vgg.Convolutions, classes, settings),
                Authors,
                new Pretraining(OfImageNet, Normalization.ImageNet, ImageNetVgg.StageNames(vgg.Convolutions))
            )),
            .. ResNetFamily.Select(resNet => new BuiltInBackbone(
                ForPhotographsPrefix + resNet.Name,
                new ImageSizeRule(32),
                (classes, settings) => new ResNet(ResNetLayout.Photographs, resNet.Bottleneck, resNet.Blocks, classes, settings),
                Authors,
                new Pretraining(OfImageNet, Normalization.ImageNet, ResNet.StageNames)
            )),
            // Where the file pads the lower and right edge by one less, no filter reaches, at 224.
            new BuiltInBackbone(
                MLNetResNet18,
                new ImageSizeRule(224, IsExact: true),
                (classes, settings) =>
                    new ResNet(ResNetLayout.Photographs, bottleneck: false, MLNetBlocks, classes, settings, new MeanImage(224)),
                Authors,
                new Pretraining(OfImageNet, BytesAsTheyAre, ResNet.StageNames, () => PretrainedWeights.MLNetResNet18())
            ),
        ];

    // Each block halves the map.
    private static BuiltInBackbone Vgg(string name, int[] convolutions) =>
        new(name, new ImageSizeRule(1 << convolutions.Length), (classes, settings) => new Vgg(convolutions, classes, settings), Authors);

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
            new ImageSizeRule(WideResNet.TotalStride),
            (classes, settings) => WideResNet.OfAuthors(depth, widen, classes, settings),
            Authors
        );
    }

    // Bounded digits: a slip of the finger should not ask for terabytes of weights.
    [GeneratedRegex(@"^wrn-(?<depth>[0-9]{1,3})-(?<widen>[0-9]{1,2})$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
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
