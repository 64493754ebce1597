using System.Reflection;

namespace Padam.Documentation.Tests;

/// <summary>docs/options.md is complete.</summary>
[TestClass]
public sealed class OptionsPageTests
{
    [TestMethod]
    [DataRow(typeof(Padam.MLNet.ImageClassificationOptions))]
    [DataRow(typeof(Padam.MLNet.Augmentation))]
    [DataRow(typeof(Padam.MLNet.Compute))]
    [DataRow(typeof(Padam.MLNet.ImagePreprocessing))]
    [DataRow(typeof(Padam.MLNet.Inference))]
    [DataRow(typeof(Padam.MLNet.Loss))]
    public void Each_option_stands_on_the_page_of_options(Type options)
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "options.md"));
        string[] missing =
        [
            .. options
                .GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(property => property.CanWrite && !page.Contains($"`{property.Name}`", StringComparison.Ordinal))
                .Select(property => property.Name),
        ];
        Assert.IsEmpty(missing, string.Join(", ", missing));
    }
}
