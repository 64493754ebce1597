using System.Reflection;
using Padam.MLNet;

namespace Padam.Documentation.Tests;

/// <summary>docs/options.md is complete.</summary>
[TestClass]
public sealed class OptionsPageTests
{
    private static readonly Type[] Public = typeof(ImageClassificationOptions).Assembly.GetExportedTypes();

    private static IEnumerable<object[]> AllOptions =>
        [.. WithTheirParts(typeof(ImageClassificationOptions), []).Select(type => new object[] { type })];

    [TestMethod]
    [DynamicData(nameof(AllOptions))]
    public void Each_option_stands_on_the_page_of_options(Type options)
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "options.md"));
        string[] missing =
        [
            .. Settable(options).Select(property => property.Name).Where(name => !page.Contains($"`{name}`", StringComparison.Ordinal)),
        ];
        Assert.IsEmpty(missing, string.Join(", ", missing));
    }

    [TestMethod]
    public void Options_inside_options_are_looked_at_too() =>
        CollectionAssert.IsSubsetOf(
            new[] { "ImageClassificationOptions", "Lookahead", "ReduceOnPlateau", "Mixing", "PadamOptions" },
            AllOptions.Select(options => ((Type)options[0]).Name).ToArray()
        );

    // Records that options hold, and the kinds of those that are abstract.
    private static HashSet<Type> WithTheirParts(Type options, HashSet<Type> found)
    {
        if (!found.Add(options))
            return found;
        foreach (Type kind in Public.Where(type => type.IsSubclassOf(options)))
            WithTheirParts(kind, found);
        foreach (PropertyInfo property in Settable(options).Where(property => IsRecord(property.PropertyType)))
            WithTheirParts(property.PropertyType, found);
        return found;
    }

    private static IEnumerable<PropertyInfo> Settable(Type options) =>
        options.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite);

    private static bool IsRecord(Type type) => Public.Contains(type) && type.GetMethod("<Clone>$") is not null;
}
