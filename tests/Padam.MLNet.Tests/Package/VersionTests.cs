using System.IO.Compression;
using System.Reflection;
using System.Text;
using Microsoft.ML;

namespace Padam.MLNet.Tests.Package;

/// <summary>The library's versions: the package's counts on, the assembly's, which model zips name, stands still.</summary>
[TestClass]
public sealed class VersionTests
{
    private static readonly Assembly Library = typeof(PadamCatalog).Assembly;

    [TestMethod]
    public void The_assembly_is_of_1_0_0_0_whatever_the_packages_version() =>
        Assert.AreEqual(new Version(1, 0, 0, 0), Library.GetName().Version);

    [TestMethod]
    public void A_build_says_its_version_by_semver_and_its_commit()
    {
        string said = Library.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

        StringAssert.Matches(said, new(@"^[1-9]\d*\.\d+\.\d+(-[0-9a-z]+(\.(0|[1-9]\d*|[a-z]+))*)?(\+[0-9a-f]{40})?$"));
    }

    [TestMethod]
    [DataRow("model-format1.zip")]
    [DataRow("model-format2.zip")]
    public void A_zip_of_before_names_the_assembly_that_this_one_is_and_loads(string name)
    {
        string zip = Path.Combine(AppContext.BaseDirectory, "Models", "OldFiles", name);
        using ZipArchive archive = ZipFile.OpenRead(zip);
        using var key = new MemoryStream();
        using (Stream entry = archive.GetEntry("TransformerChain/Model.key")!.Open())
            entry.CopyTo(key);

        StringAssert.Contains(Encoding.Latin1.GetString(key.ToArray()).Replace("\0", "", StringComparison.Ordinal), Library.FullName);
        using var model = (IDisposable)new MLContext().Model.Load(zip, out _);
        Assert.IsNotNull(ImageClassificationTransformer.Find((ITransformer)model));
    }
}
