using System.Reflection;

namespace Padam.MLNet.Tests;

/// <summary>Who may know whom. A room is a folder of the source tree; a type belongs to the room of its file.</summary>
[TestClass]
public class RoomsTests
{
    // From those who know all to those who know nothing. Rooms of one row do not know each other, but for the exceptions below.
    private static readonly string[][] Order =
    [
        [Rooms.Root],
        ["Training", "Featurizing"],
        ["Scoring"],
        ["Models"],
        ["Input", "Data", "Backbones", "Optimizers", "Schedules", "Formats"],
        ["Layers"],
        ["Kernels", "Distributed"],
        ["Native", "MLNetInternals"],
        ["Options"],
    ];

    private static readonly (string From, string To)[] AllowedAcross = [("Input", "Data")];

    // Data is among them for the bitmap inside an MLImage.
    private static readonly string[] MayKnowMLNetInternals = [Rooms.Root, "Training", "Featurizing", "Scoring", "Models", "Data"];

    private static readonly string[] FreeOfMLNet = ["Layers", "Backbones", "Optimizers", "Schedules", "Formats", "Kernels"];

    private static readonly Assembly Library = typeof(PadamCatalog).Assembly;

    private static readonly Dictionary<Type, string> Room = Rooms.Of(Library, "Padam.MLNet");

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
        (Type From, Type To)[] arrows = Rooms.Arrows(Room);
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
}
