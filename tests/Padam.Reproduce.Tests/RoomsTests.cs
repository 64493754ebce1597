using System.Reflection;

namespace Padam.Reproduce.Tests;

/// <summary>Who may know whom in the console. A room is a folder of the source tree; a type belongs to the room of its file.</summary>
[TestClass]
public sealed class RoomsTests
{
    // From those who know all to those who know nothing. What is run, what is reported and what is
    // written for others do not know each other.
    private static readonly string[][] Order =
    [
        [Rooms.Root],
        ["Commands"],
        ["Experiments", "Reporting", "Projects"],
        ["Runs"],
        ["Data"],
        ["Exits"],
        [Rooms.Shared],
    ];

    private static readonly Assembly Program = typeof(Reproduce.Exits.ExitCode).Assembly;

    private static readonly Dictionary<Type, string> Room = Rooms.Of(Program, "Padam.Reproduce");

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void Every_type_stands_in_one_known_room()
    {
        string[] strange = [.. Room.Where(entry => Level(entry.Value) < 0).Select(entry => $"{entry.Key}: {entry.Value}")];
        Assert.IsEmpty(strange, string.Join(Environment.NewLine, strange));
    }

    [TestMethod]
    public void No_room_knows_one_above_it_or_beside_it()
    {
        (Type From, Type To)[] arrows = Rooms.Arrows(Room);
        foreach (var row in arrows.GroupBy(arrow => Room[arrow.From]).OrderBy(group => Level(group.Key)))
            TestContext.WriteLine($"{row.Key, -12} -> {string.Join(", ", row.Select(a => Room[a.To]).Distinct().OrderBy(Level))}");

        string[] wrong =
        [
            .. arrows
                .Where(arrow => Level(Room[arrow.To]) <= Level(Room[arrow.From]))
                .Select(arrow => $"{Room[arrow.From]}/{arrow.From.Name} -> {Room[arrow.To]}/{arrow.To.Name}"),
        ];
        Assert.IsEmpty(wrong, string.Join(Environment.NewLine, wrong.Distinct()));
    }

    private static int Level(string room) => Array.FindIndex(Order, row => row.Contains(room));
}
