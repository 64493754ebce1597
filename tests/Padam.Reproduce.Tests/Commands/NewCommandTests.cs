using System.Diagnostics;
using System.Xml.Linq;
using Padam.Reproduce.Projects;

namespace Padam.Reproduce.Tests.Commands;

/// <summary><c>new</c>: what it writes, and that it compiles and runs with the packed package in a stranger's folder.</summary>
[TestClass]
public sealed class NewCommandTests
{
    private const string Pretrained = "microsoft.ml.dnnimagefeaturizer.resnet18";

    private static readonly string Cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } named
        ? named
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task The_projects_train_test_and_predict_with_the_packed_package()
    {
        if (!Directory.Exists(Path.Combine(Cache, Pretrained)))
        {
            Assert.Inconclusive("ML.NET's package of the pretrained network is not in the NuGet folder.");
            return;
        }

        using TemporaryFolder folder = new();
        string version = $"{NewProject.LibraryVersion}-test.{Guid.NewGuid():N}";
        PackedPackage.In(folder["packages"], version);
        Pictures.WriteFolder(folder["pictures"], ("cat", 6, 2), ("dog", 6, 2));
        string[] pictures = Directory.GetFiles(folder["pictures", "train"], "*.png", SearchOption.AllDirectories);
        File.WriteAllLines(
            folder["list.csv"],
            [
                "path,class",
                .. pictures.Select(file =>
                    $"\"{Path.GetRelativePath(folder.Path, file)}\",{Path.GetFileName(Path.GetDirectoryName(file))}"
                ),
            ]
        );
        foreach ((string kind, string data) in new[] { ("folder", folder["pictures"]), ("csv", folder["list.csv"]) })
        {
            await Write(folder, kind, version);
            ConsoleResult built = await Dotnet(
                folder[kind],
                ["build", "-c", "Release", $"-p:RestorePackagesPath={folder["cache"]}", $"-p:RestoreFallbackFolders={Cache}"]
            );
            Assert.AreEqual(0, built.ExitCode, built.All);
            ConsoleResult without = await Run(folder[kind]);
            Assert.AreEqual(1, without.ExitCode, without.All);
            StringAssert.Matches(without.Error, new("^'(data|images.csv)' (needs|is not there)"));
            ConsoleResult trained = await Run(folder[kind], data, "2");
            Assert.AreEqual(0, trained.ExitCode, trained.All);
            TestContext.WriteLine(trained.Output);
            StringAssert.Contains(trained.Output, "epoch 2/2: loss ");
            StringAssert.Contains(trained.Output, "of the test pictures are right.");
            ConsoleResult predicted = await Run(folder[kind], "predict", pictures[0]);
            StringAssert.Matches(predicted.Output, new($"{Path.GetFileName(pictures[0])}: (cat|dog) \\([0-9.]+ ?%\\)"));
        }
    }

    [TestMethod]
    public async Task It_writes_program_project_file_and_README_of_the_names_own()
    {
        using TemporaryFolder folder = new();
        foreach (string kind in NewProject.Kinds)
        {
            ConsoleResult result = await ConsoleProcess.Run(folder.Path, "new", kind, $"my-{kind}");

            Assert.AreEqual(0, result.ExitCode, result.All);
            Assert.AreEqual("", result.Error);
            StringAssert.Contains(result.Output, $"my-{kind}: Program.cs, my-{kind}.csproj, README.md.");
            CollectionAssert.AreEquivalent(
                new[] { "Program.cs", $"my-{kind}.csproj", "README.md" },
                Directory.GetFileSystemEntries(folder[$"my-{kind}"]).Select(Path.GetFileName).ToArray()
            );
            string readme = File.ReadAllText(folder[$"my-{kind}", "README.md"]);
            StringAssert.StartsWith(readme, $"# my-{kind}");
            Assert.DoesNotContain("{{", readme + File.ReadAllText(folder[$"my-{kind}", $"my-{kind}.csproj"]));
        }
    }

    [TestMethod]
    public async Task The_folder_with_the_package_becomes_a_source_of_the_project()
    {
        using TemporaryFolder folder = new();
        string packages = folder["<our> & packages"];
        Directory.CreateDirectory(packages);
        ConsoleResult none = await ConsoleProcess.Run(folder.Path, "new", "folder", "mine", "--packages", packages);
        Assert.AreEqual(1, none.ExitCode, none.All);
        StringAssert.Contains(none.Error, $"does not hold Padam.MLNet.{NewProject.LibraryVersion}.nupkg");
        Assert.IsFalse(Directory.Exists(folder["mine"]));

        File.WriteAllText(Path.Combine(packages, $"Padam.MLNet.{NewProject.LibraryVersion}.nupkg"), "");
        ConsoleResult result = await ConsoleProcess.Run(folder.Path, "new", "folder", "mine", "--packages", packages);
        Assert.AreEqual(0, result.ExitCode, result.All);
        XElement source = XDocument.Load(folder["mine", "nuget.config"]).Descendants("add").Single();
        Assert.AreEqual(packages, source.Attribute("value")!.Value);
    }

    [TestMethod]
    public async Task A_folder_that_holds_something_is_refused_and_an_empty_one_taken()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder["mine"]);
        File.WriteAllText(folder["mine", "thesis.txt"], "mine");
        ConsoleResult refused = await ConsoleProcess.Run(folder.Path, "new", "folder", "mine");
        Assert.AreEqual(1, refused.ExitCode, refused.All);
        StringAssert.Contains(refused.Error, "'mine' is there already and is not empty. Choose another NAME, or move it away.");
        Assert.AreEqual("mine", File.ReadAllText(folder["mine", "thesis.txt"]));

        File.Delete(folder["mine", "thesis.txt"]);
        Assert.AreEqual(0, (await ConsoleProcess.Run(folder.Path, "new", "csv", "mine")).ExitCode);
        Assert.AreEqual(3, Directory.GetFileSystemEntries(folder["mine"]).Length);
        Assert.HasCount(1, Directory.GetFileSystemEntries(folder.Path), "nothing unfinished is left");
    }

    [TestMethod]
    [DataRow("new cloud mine", "cloud")]
    [DataRow("new folder", "Required argument missing for command: 'new'.")]
    [DataRow("new folder a;b", "NAME 'a;b' is none for a project")]
    [DataRow("new folder -p", "-p")]
    [DataRow("new folder x/7", "NAME '7' is none for a project")]
    public async Task What_is_no_project_is_a_usage_error(string words, string said)
    {
        using TemporaryFolder folder = new();
        ConsoleResult result = await ConsoleProcess.Run(folder.Path, words.Split(' '));
        Assert.AreEqual(2, result.ExitCode, result.All);
        StringAssert.Contains(result.Error, said);
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public async Task Inside_another_build_it_says_whose_settings_act_on_the_project()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["Directory.Packages.props"], "<Project />");
        ConsoleResult result = await ConsoleProcess.Run(folder.Path, "new", "folder", "mine");
        Assert.AreEqual(0, result.ExitCode, result.All);
        StringAssert.Contains(result.Error, $"Warning: '{folder["Directory.Packages.props"]}' acts on the new project too.");
    }

    // As a user would get it, but for the version: NuGet keeps what it saw of one.
    private static async Task Write(TemporaryFolder folder, string kind, string version)
    {
        string named = folder["packages", $"Padam.MLNet.{NewProject.LibraryVersion}.nupkg"];
        File.Copy(folder["packages", $"Padam.MLNet.{version}.nupkg"], named);
        ConsoleResult written = await ConsoleProcess.Run(folder.Path, "new", kind, kind, "--packages", "packages");
        Assert.AreEqual(0, written.ExitCode, written.All);
        File.Delete(named);
        string file = folder[kind, $"{kind}.csproj"],
            text = File.ReadAllText(file);
        string asked = $"\"Padam.MLNet\" Version=\"{NewProject.LibraryVersion}\"";
        StringAssert.Contains(text, asked);
        File.WriteAllText(file, text.Replace(asked, $"\"Padam.MLNet\" Version=\"{version}\"", StringComparison.Ordinal));
    }

    private static Task<ConsoleResult> Run(string folder, params string[] words) =>
        Dotnet(folder, ["run", "-c", "Release", "--no-build", "--", .. words]);

    private static Task<ConsoleResult> Dotnet(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["OMP_NUM_THREADS"] = "1",
                ["OMP_WAIT_POLICY"] = "passive",
                ["DOTNET_CLI_UI_LANGUAGE"] = "en",
            },
        };
        // What MSBuild tells the tests' own build is not for this one.
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("MSBuild", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        return Process.Start(start)!.Result();
    }
}
