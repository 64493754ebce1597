using System.IO.Compression;

namespace Padam.MLNet.Tests.Package;

/// <summary>The package as it is packed.</summary>
[TestClass]
public sealed class PackageTests
{
    [TestMethod]
    public void Everything_in_it_is_of_net10_so_that_NuGet_tells_older_frameworks_that_it_is_not_for_them()
    {
        using var folder = new TemporaryFolder();
        using ZipArchive package = ZipFile.OpenRead(PackedPackage.In(folder.Path));
        string[] assets =
        [
            .. package
                .Entries.Select(entry => entry.FullName)
                .Where(name => name.Split('/')[0] is "lib" or "ref" or "build" or "buildTransitive" or "buildMultiTargeting" or "runtimes"),
        ];

        CollectionAssert.IsSubsetOf(
            new[]
            {
                "lib/net10.0/Padam.MLNet.dll",
                "buildTransitive/net10.0/Padam.MLNet.targets",
                "buildTransitive/net10.0/PadamWeakenSymbolVersion.cs",
            },
            assets
        );
        // One asset of any framework at all makes a package "compatible" with all.
        Assert.IsTrue(Array.TrueForAll(assets, name => name.Split('/')[1] == "net10.0"), string.Join(Environment.NewLine, assets));
    }
}
