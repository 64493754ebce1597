using System.Reflection;
using Padam.MLNet.MLNetInternals;

namespace Padam.MLNet.Tests.MLNetInternals;

[TestClass]
public class MLNetVersionTests
{
    [TestMethod]
    [DataRow("5.0.1+a4f730ec")]
    [DataRow("5.0.0-preview.1")]
    [DataRow("5.0.12")]
    public void The_version_that_the_private_parts_are_of_is_taken(string version) =>
        Assert.IsNull(MLNetVersion.Fault("Microsoft.ML", version));

    [TestMethod]
    [DataRow("4.0.2")]
    [DataRow("5.1.0")]
    [DataRow("5.00.1")]
    [DataRow("50.0.1")]
    [DataRow(null)]
    public void Any_other_is_refused_with_both_versions_and_the_package_to_reference(string? version)
    {
        string fault = MLNetVersion.Fault("Microsoft.ML", version)!;

        StringAssert.Contains(fault, $"Microsoft.ML {version ?? "of no version"} was loaded");
        StringAssert.Contains(fault, "reference Microsoft.ML 5.0");
    }

    [TestMethod]
    public void Every_way_in_asks_before_anything_else()
    {
        const BindingFlags hidden = BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;
        MethodBase[] ways =
        [
            .. typeof(PadamCatalog).GetConstructors(hidden),
            .. typeof(ImageClassificationTrainer).GetConstructors(hidden),
            typeof(ImageClassificationTransformer).GetMethod("Create", hidden)!,
        ];

        Assert.HasCount(3, ways);
        foreach (MethodBase way in ways)
            Assert.AreEqual(
                nameof(MLNetVersion),
                CompiledCode.Uses(way).OfType<MethodInfo>().First().DeclaringType!.Name,
                CompiledCode.Name(way)
            );
    }
}
