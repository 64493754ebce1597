using System.IO.Compression;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Padam.MLNet.Tests.Package;

/// <summary>The package as it is packed where nothing is said of where the repository stands.</summary>
[TestClass]
public sealed class PackageTests
{
    private static TemporaryFolder _folder = null!;
    private static ZipArchive _package = null!;
    private static XElement _metadata = null!;

    [ClassInitialize]
    public static void Pack(TestContext context)
    {
        _folder = new TemporaryFolder();
        _package = ZipFile.OpenRead(PackedPackage.In(_folder.Path));
        _metadata = Xml("Padam.MLNet.nuspec").Root!.Elements().Single();
    }

    [ClassCleanup]
    public static void Delete()
    {
        _package.Dispose();
        _folder.Dispose();
    }

    [TestMethod]
    public void It_holds_library_documentation_and_build_step_of_net10_and_what_its_page_shows()
    {
        string[] files =
        [
            .. _package
                .Entries.Select(entry => entry.FullName)
                .Where(name => name is not "[Content_Types].xml" && name.Split('/')[0] is not ("_rels" or "package")),
        ];

        // All of net10.0: one asset of any framework at all would make the package "compatible" with all.
        CollectionAssert.AreEquivalent(
            new[]
            {
                "Padam.MLNet.nuspec",
                "README.md",
                "LICENSE",
                "THIRD-PARTY-NOTICES.txt",
                "icon.png",
                "lib/net10.0/Padam.MLNet.dll",
                "lib/net10.0/Padam.MLNet.xml",
                "buildTransitive/net10.0/Padam.MLNet.targets",
                "buildTransitive/net10.0/PadamWeakenSymbolVersion.cs",
            },
            files
        );
    }

    [TestMethod]
    public void The_symbols_stand_in_a_package_of_their_own()
    {
        using ZipArchive symbols = ZipFile.OpenRead(Directory.GetFiles(_folder.Path, "*.snupkg").Single());

        Assert.IsNotNull(symbols.GetEntry("lib/net10.0/Padam.MLNet.pdb"));
        Assert.IsFalse(symbols.Entries.Any(entry => entry.Name.EndsWith(".dll", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void Its_version_is_counted_on_from_the_last_tag_and_licence_icon_and_readme_are_named()
    {
        StringAssert.Matches(Value("version"), new(@"^[1-9]\d*\.\d+\.\d+(-[0-9a-z]+(\.[0-9a-z]+)*)?$"));
        Assert.AreEqual("MIT", Value("license"));
        Assert.AreEqual("icon.png", Value("icon"));
        Assert.AreEqual("README.md", Value("readme"));
        Assert.AreEqual("expression", Element("license").Attribute("type")!.Value);
        Assert.IsNull(_metadata.Element(_metadata.Name.Namespace + "projectUrl"));
        Assert.IsNull(Element("repository").Attribute("url"));
    }

    [TestMethod]
    public void Packages_whose_private_parts_are_called_are_asked_for_exactly_and_others_from_a_version_on()
    {
        var ranges = _metadata
            .Descendants(_metadata.Name.Namespace + "dependency")
            .ToDictionary(entry => entry.Attribute("id")!.Value, entry => entry.Attribute("version")!.Value);

        string[] exact = ["Microsoft.ML", "Microsoft.ML.ImageAnalytics", "TorchSharp"];
        CollectionAssert.AreEquivalent(exact, ranges.Where(range => range.Value.StartsWith('[')).Select(range => range.Key).ToArray());
        CollectionAssert.IsSubsetOf(new[] { "OnnxSharp", "PureHDF", "SkiaSharp", "System.IO.Hashing" }, ranges.Keys);
        Assert.IsFalse(ranges.Keys.Any(name => name.StartsWith("libtorch", StringComparison.Ordinal)), "the user chooses it");
    }

    [TestMethod]
    public void Every_documented_member_that_users_see_is_documented_and_no_other()
    {
        Dictionary<string, int> seen = DocumentedMembers.SeenFrom(typeof(PadamCatalog).Assembly);
        Dictionary<string, int> all = DocumentedMembers.In(XDocument.Load(Path.Combine(AppContext.BaseDirectory, "Padam.MLNet.xml")));

        // Where an overload with as many parameters is internal, only as many are left as are seen.
        var expected = all.Where(member => seen.ContainsKey(member.Key))
            .ToDictionary(member => member.Key, member => Math.Min(member.Value, seen[member.Key]));
        Dictionary<string, int> packed = DocumentedMembers.In(Xml("lib/net10.0/Padam.MLNet.xml"));

        CollectionAssert.AreEquivalent(expected, packed);
        Assert.IsGreaterThan(400, packed.Count);
        Assert.IsGreaterThan(packed.Count, all.Count, "the compiler documents internal members too");
    }

    [TestMethod]
    public void Links_to_the_repositorys_files_are_text_in_its_readme_and_all_else_stands_as_it_was()
    {
        string readme = Text("README.md"),
            own = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));

        Assert.IsTrue(PackageReadme.Links(own).Any(link => !link.StartsWith("http", StringComparison.Ordinal)));
        foreach (string link in PackageReadme.Links(readme))
            StringAssert.Matches(link, new("^(https://|#)"));
        Assert.AreEqual(Regex.Replace(own, @"!?\[([^\[\]]+)\]\((?!https://|#)[^()]+\)", "$1"), readme);
    }

    [TestMethod]
    public void Links_to_the_repositorys_files_lead_there_where_it_is_known()
    {
        using var folder = new TemporaryFolder();
        using ZipArchive package = ZipFile.OpenRead(PackedPackage.In(folder.Path, "1.0.0-test", "https://github.com/someone/padam"));
        using var readme = new StreamReader(package.GetEntry("README.md")!.Open());
        using Stream nuspec = package.GetEntry("Padam.MLNet.nuspec")!.Open();
        XElement metadata = XDocument.Load(nuspec).Root!.Elements().Single();

        const string files = @"^https://github\.com/someone/padam/(?:blob|raw)/([0-9a-f]{40}|HEAD)/";
        string[] links = [.. PackageReadme.Links(readme.ReadToEnd()).Where(link => link.Contains("/someone/", StringComparison.Ordinal))];
        Assert.IsGreaterThan(5, links.Length);
        foreach (string link in links)
        {
            StringAssert.Matches(link, new Regex(files));
            string file = Regex.Replace(link, files, "").Split('#')[0];
            Assert.IsTrue(Path.Exists(Path.Combine(Repository.Root, file)), link);
        }

        XNamespace space = metadata.Name.Namespace;
        Assert.AreEqual("https://github.com/someone/padam", metadata.Element(space + "projectUrl")!.Value);
        Assert.AreEqual("https://github.com/someone/padam", metadata.Element(space + "repository")!.Attribute("url")!.Value);
    }

    private static XElement Element(string name) => _metadata.Element(_metadata.Name.Namespace + name)!;

    private static string Value(string name) => Element(name).Value;

    private static string Text(string entry)
    {
        using var reader = new StreamReader(_package.GetEntry(entry)!.Open());
        return reader.ReadToEnd();
    }

    private static XDocument Xml(string entry) => XDocument.Parse(Text(entry));
}
