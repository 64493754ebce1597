using System.Reflection;
using System.Runtime.CompilerServices;

namespace Padam.MLNet.Tests;

/// <summary>Who may know whom. A room is a folder of the source tree; a type belongs to the room of its file.</summary>
[TestClass]
public class RoomsTests
{
    private const string Root = "(root)";

    // From those who know all to those who know nothing. Rooms of one row do not know each other, but for the exceptions below.
    private static readonly string[][] Order =
    [
        [Root],
        ["Training"],
        ["Scoring"],
        ["Models"],
        ["Input", "Data", "Backbones", "Optimizers", "Schedules", "Formats"],
        ["Layers"],
        ["Kernels"],
        ["Native", "MLNetInternals"],
        ["Options"],
    ];

    private static readonly (string From, string To)[] AllowedAcross = [("Input", "Data")];

    // Data is among them for the bitmap inside an MLImage.
    private static readonly string[] MayKnowMLNetInternals = [Root, "Training", "Scoring", "Models", "Data"];

    private static readonly string[] FreeOfMLNet = ["Layers", "Backbones", "Optimizers", "Schedules", "Formats", "Kernels"];

    private static readonly Assembly Library = typeof(PadamCatalog).Assembly;

    private static readonly Dictionary<Type, string> Room = RoomsOf(Library, "Padam.MLNet");

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void Every_type_stands_in_one_known_room()
    {
        string[] strange = [.. Room.Where(entry => !Order.Any(row => row.Contains(entry.Value))).Select(e => $"{e.Key}: {e.Value}")];
        Assert.IsEmpty(strange, string.Join(Environment.NewLine, strange));
    }

    [TestMethod]
    public void No_room_knows_one_above_it_or_beside_it()
    {
        (Type From, Type To)[] arrows =
        [
            .. Room
                .Keys.SelectMany(from => CompiledCode.TypesUsedBy(from).Where(Room.ContainsKey).Select(to => (from, to)))
                .Where(arrow => Room[arrow.from] != Room[arrow.to]),
        ];
        foreach (var row in arrows.GroupBy(arrow => Room[arrow.From]).OrderBy(group => Level(group.Key)))
            TestContext.WriteLine($"{row.Key, -15} -> {string.Join(", ", row.Select(a => Room[a.To]).Distinct().OrderBy(Level))}");

        string[] wrong =
        [
            .. arrows.Where(a => !IsAllowed(Room[a.From], Room[a.To])).Select(a => $"{Describe(a.From)} -> {Describe(a.To)}"),
        ];
        Assert.IsEmpty(wrong, string.Join(Environment.NewLine, wrong.Distinct()));
    }

    [TestMethod]
    public void Networks_optimizers_schedules_formats_and_kernels_know_no_ML_NET()
    {
        string[] wrong =
        [
            .. Room.Where(entry => FreeOfMLNet.Contains(entry.Value))
                .SelectMany(entry =>
                    CompiledCode.TypesUsedBy(entry.Key).Where(IsOfMLNet).Select(type => $"{Describe(entry.Key)} -> {type}")
                ),
        ];
        Assert.IsEmpty(wrong, string.Join(Environment.NewLine, wrong));
    }

    private static bool IsOfMLNet(Type type) => type.Assembly.GetName().Name!.StartsWith("Microsoft.ML", StringComparison.Ordinal);

    private static bool IsAllowed(string from, string to) =>
        to == "MLNetInternals"
            ? MayKnowMLNetInternals.Contains(from)
            : Level(to) > Level(from) && !(from == "MLNetInternals" && to != "Options") || AllowedAcross.Contains((from, to));

    private static int Level(string room) => Array.FindIndex(Order, row => row.Contains(room));

    private static string Describe(Type type) => $"{Room[type]}/{type.Name}";

    /// <summary>The first folder below the project's of each type's files; what is nested in a type stands with it.</summary>
    internal static Dictionary<Type, string> RoomsOf(Assembly assembly, string project)
    {
        ILookup<Type, string> files = SourceFiles.Of(assembly);
        return assembly
            .GetTypes()
            .Where(type => !IsMadeByTheCompiler(type))
            .ToDictionary(type => type, type => string.Join(" and ", Files(type).Select(file => RoomOf(file, project)).Distinct()));

        IEnumerable<string> Files(Type type) =>
            files[type].Any() || type.DeclaringType is null
                ? files[type].Where(file => !file.EndsWith(".g.cs", StringComparison.Ordinal))
                : Files(type.DeclaringType);
    }

    private static string RoomOf(string file, string project)
    {
        string[] folders = file.Replace('\\', '/').Split('/');
        int at = Array.LastIndexOf(folders, project);
        return at == folders.Length - 2 ? Root : folders[at + 1];
    }

    // Attributes for nullability, data of array initialisers, generated matchers of regular expressions.
    private static bool IsMadeByTheCompiler(Type type) =>
        Outermost(type) is var outer
        && (
            outer.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)
            || outer.Name.StartsWith('<')
            || outer.Namespace is "Microsoft.CodeAnalysis" or "System.Text.RegularExpressions.Generated"
        );

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;
}
