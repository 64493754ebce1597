using System.Text.RegularExpressions;

namespace Padam.Documentation.Tests;

/// <summary>The tests and the files that the pages name are there. (The changelog tells of what was.)</summary>
[TestClass]
public sealed partial class NamesTests
{
    private static readonly (string Place, string Line)[] Lines =
    [
        .. Pages
            .WithSamples.Where(page => Path.GetFileName(page) != "CHANGELOG.md")
            .SelectMany(page => File.ReadLines(page).Select((line, i) => ($"{Pages.NameOf(page)}:{i + 1}", line))),
    ];

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void Each_test_that_a_page_names_is_there()
    {
        ILookup<string, string> classes = Sources("tests").ToLookup(file => Path.GetFileNameWithoutExtension(file), File.ReadAllText);
        (string Place, string Class, string Member)[] named =
        [
            .. Lines.SelectMany(line =>
                Test().Matches(line.Line).Select(match => (line.Place, match.Groups[1].Value, match.Groups[2].Value))
            ),
        ];
        string[] missing =
        [
            .. named
                .Where(name => !classes[name.Class].Any(text => text.Contains($" {name.Member}", StringComparison.Ordinal)))
                .Select(name => $"{name.Place}: {name.Class}.{name.Member}"),
        ];
        TestContext.WriteLine($"{named.Length} tests are named.");
        Assert.IsEmpty(missing, string.Join(Environment.NewLine, missing));
    }

    [TestMethod]
    public void Each_file_and_folder_of_the_source_that_a_page_names_is_there()
    {
        string library = Path.Combine(Repository.Root, "src", "Padam.MLNet");
        HashSet<string> rooms = [.. Directory.EnumerateDirectories(library).Select(folder => Path.GetFileName(folder)!)];
        string[] missing =
        [
            .. Lines
                .SelectMany(line =>
                    Source().Matches(line.Line).Select(match => (line.Place, Name: match.Groups[1].Value.TrimEnd('/', '.')))
                )
                .Where(name =>
                    name.Name.Split('/')[0] is "src" or "tests" or "docs" or "benchmarks" || rooms.Contains(name.Name.Split('/')[0])
                )
                .Where(name => !IsThere(Repository.Root, name.Name) && !IsThere(library, name.Name))
                .Select(name => $"{name.Place}: {name.Name}"),
        ];
        Assert.IsEmpty(missing, string.Join(Environment.NewLine, missing));
    }

    private static bool IsThere(string folder, string name)
    {
        string path = Path.Combine(folder, name);
        return File.Exists(path) || Directory.Exists(path) || File.Exists($"{path}.cs");
    }

    private static IEnumerable<string> Sources(string folder) =>
        Directory
            .EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Contains("obj"));

    [GeneratedRegex(@"`(\w+Tests)(?:\.(\w+))?`")]
    private static partial Regex Test();

    // Within backticks, up to what is no part of a path, such as a star or the arguments of a script.
    [GeneratedRegex(@"`(\w+(?:/[\w.-]+)+)")]
    private static partial Regex Source();
}
