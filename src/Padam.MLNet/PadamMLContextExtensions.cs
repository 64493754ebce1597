using System.Diagnostics.CodeAnalysis;
using Microsoft.ML;

namespace Padam.MLNet;

/// <summary>The way in: <c>mlContext.Padam()</c>.</summary>
public static class PadamMLContextExtensions
{
    /// <summary>Trainers and loaders of Padam.MLNet.</summary>
    [RequiresUnreferencedCode(PublishAdvice.Trimming)]
    [RequiresDynamicCode(PublishAdvice.NativeAot)]
    public static PadamCatalog Padam(this MLContext mlContext)
    {
        ArgumentNullException.ThrowIfNull(mlContext);
        return new PadamCatalog(mlContext);
    }
}
