using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.ML;

namespace Padam.MLNet.Tests.Package;

/// <summary>What a program is told that is trimmed or compiled ahead of time. tests/slow/publish.sh shows the warnings.</summary>
[TestClass]
public sealed class PublishAdviceTests
{
    [TestMethod]
    public void Each_way_from_ML_NET_into_the_library_tells_the_analyzers_that_neither_works_and_what_does()
    {
        MethodInfo[] ways =
        [
            .. typeof(PadamCatalog)
                .Assembly.GetExportedTypes()
                .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static))
                .Where(method =>
                    Array.Exists(
                        method.GetParameters(),
                        parameter => parameter.ParameterType == typeof(MLContext) || parameter.ParameterType == typeof(ITransformer)
                    )
                ),
        ];

        CollectionAssert.IsSubsetOf(new[] { "Padam", "Find" }, ways.Select(way => way.Name).ToArray());
        foreach (MethodInfo way in ways)
        {
            StringAssert.Contains(
                way.GetCustomAttribute<RequiresUnreferencedCodeAttribute>()?.Message,
                "Publish without PublishTrimmed; self-contained and single-file programs work."
            );
            StringAssert.Contains(
                way.GetCustomAttribute<RequiresDynamicCodeAttribute>()?.Message,
                "Publish without PublishAot; self-contained and single-file programs work."
            );
        }
    }
}
