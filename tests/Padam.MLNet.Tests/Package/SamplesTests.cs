using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Padam.MLNet.Tests.Package;

/// <summary>The programs in samples/, by reading: tests/samples.sh builds and runs them.</summary>
[TestClass]
public sealed partial class SamplesTests
{
    private static readonly string[] Libtorch = ["libtorch-cpu-linux-x64", "libtorch-cpu-osx-arm64", "libtorch-cpu-win-x64"];

    private static string Folder => Path.Combine(Repository.Root, "samples");

    private static string[] Names { get; } =
    [
        .. Directory
            .GetDirectories(Folder)
            .Where(folder => Directory.GetFiles(folder, "*.csproj").Length > 0)
            .Select(folder => Path.GetFileName(folder)!),
    ];

    [TestMethod]
    public void Each_is_listed_explained_and_built_with_the_others()
    {
        Assert.IsNotEmpty(Names);
        string list = Read("README.md"),
            solution = Read("Samples.slnx");
        foreach (string name in Names)
        {
            StringAssert.Contains(list, $"| [{name}]({name}/README.md) |");
            StringAssert.Contains(solution, $"\"{name}/{name}.csproj\"");
            StringAssert.StartsWith(Read(name, "README.md"), "# ");
        }
    }

    [TestMethod]
    public void Each_stands_on_the_package_and_one_libtorch()
    {
        foreach (string name in Names)
        {
            XDocument project = Project(name);
            Assert.IsEmpty(project.Descendants("ProjectReference"), name);
            Assert.AreEqual("$(PadamVersion)", Packages(project)["Padam.MLNet"], name);
            CollectionAssert.AreEqual(
                Libtorch,
                Packages(project).Keys.Where(package => package.StartsWith("libtorch", StringComparison.Ordinal)).Order().ToArray(),
                name
            );
        }
    }

    [TestMethod]
    public void Their_packages_have_the_versions_that_the_library_is_tested_with()
    {
        Dictionary<string, string> tested = XDocument
            .Load(Path.Combine(Repository.Root, "Directory.Packages.props"))
            .Descendants("PackageVersion")
            .Where(package => !package.Attribute("Version")!.Value.StartsWith('$'))
            .ToDictionary(package => package.Attribute("Include")!.Value, package => package.Attribute("Version")!.Value);
        foreach (string name in Names)
        {
            foreach ((string package, string version) in Packages(Project(name)))
                if (tested.TryGetValue(package, out string? central))
                    Assert.AreEqual(central, version, $"{package} of {name}");
        }
    }

    [TestMethod]
    public void The_repositorys_build_settings_do_not_reach_them()
    {
        foreach (string file in new[] { "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props" })
            Assert.IsEmpty(XDocument.Parse(Read(file)).Descendants("Import"), file);
    }

    [TestMethod]
    public void The_notebook_asks_for_the_packages_that_its_cells_are_compiled_with()
    {
        using JsonDocument notebook = JsonDocument.Parse(Read("notebook", "training.ipynb"));
        Dictionary<string, string> asked = notebook
            .RootElement.GetProperty("cells")
            .EnumerateArray()
            .SelectMany(cell => cell.GetProperty("source").EnumerateArray())
            .Select(line => PackageLine().Match(line.GetString()!))
            .Where(match => match.Success)
            .ToDictionary(match => match.Groups["name"].Value, match => match.Groups["version"].Value);

        Dictionary<string, string> compiled = Packages(Project("notebook"));
        compiled["Padam.MLNet"] = XDocument.Parse(Read("Directory.Build.props")).Descendants("PadamVersion").Single().Value;
        foreach (string other in Libtorch[1..])
            compiled.Remove(other);
        CollectionAssert.AreEquivalent(compiled.ToArray(), asked.ToArray());
    }

    [TestMethod]
    public void The_notebook_says_first_where_it_does_not_run_and_what_to_do()
    {
        using JsonDocument notebook = JsonDocument.Parse(Read("notebook", "training.ipynb"));
        string first = string.Concat(
            notebook.RootElement.GetProperty("cells")[0].GetProperty("source").EnumerateArray().Select(line => line.GetString())
        );

        StringAssert.Contains(first, "GLIBCXX_3.4.32");
        StringAssert.Contains(first, "PADAM_LIBTORCH");
    }

    private static string Read(params string[] path) => File.ReadAllText(Path.Combine([Folder, .. path]));

    private static XDocument Project(string name) => XDocument.Parse(Read(name, $"{name}.csproj"));

    private static Dictionary<string, string> Packages(XDocument project) =>
        project
            .Descendants("PackageReference")
            .ToDictionary(package => package.Attribute("Include")!.Value, package => package.Attribute("Version")!.Value);

    [GeneratedRegex(@"^#r ""nuget: (?<name>\S+), (?<version>\S+)""")]
    private static partial Regex PackageLine();
}
