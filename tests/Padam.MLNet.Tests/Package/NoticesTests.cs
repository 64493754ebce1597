using System.Text.Json;

namespace Padam.MLNet.Tests.Package;

/// <summary>THIRD-PARTY-NOTICES.txt, which both packages hold.</summary>
[TestClass]
public sealed class NoticesTests
{
    private static readonly string Source = Path.Combine(Repository.Root, "src");

    [TestMethod]
    public void Every_package_that_library_and_console_restore_is_named_with_its_version()
    {
        string[] lines = File.ReadAllLines(Path.Combine(Repository.Root, "THIRD-PARTY-NOTICES.txt"));
        (string Name, string Version)[] packages =
        [
            .. Directory.GetFiles(Source, "packages.*.lock.json", SearchOption.AllDirectories).SelectMany(Locked).Distinct(),
        ];

        string[] missing =
        [
            .. packages
                .Where(package =>
                    !Array.Exists(
                        lines,
                        line =>
                            line.Split(' ', 2) is [var name, var versions]
                            && name == package.Name
                            && versions.Split(", ").Contains(package.Version)
                    )
                )
                .Select(package => $"{package.Name} {package.Version}"),
        ];
        Assert.IsGreaterThan(30, packages.Length);
        Assert.IsEmpty(missing, string.Join(Environment.NewLine, missing));
    }

    private static IEnumerable<(string Name, string Version)> Locked(string file)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(file));
        return
        [
            .. document
                .RootElement.GetProperty("dependencies")
                .EnumerateObject()
                .SelectMany(framework => framework.Value.EnumerateObject())
                .Where(package => package.Value.GetProperty("type").GetString() != "Project")
                .Select(package => (package.Name, package.Value.GetProperty("resolved").GetString()!)),
        ];
    }
}
