namespace Padam.MLNet;

/// <summary>What the analyzers of trimming and of native AOT say to a program that takes one of the ways into this library.</summary>
internal static class PublishAdvice
{
    internal const string Trimming =
        "ML.NET finds the classes of a saved model and the properties of rows by reflection, and trimming removes what it finds so. "
        + "Publish without PublishTrimmed; self-contained and single-file programs work.";

    internal const string NativeAot =
        "ML.NET writes code at run time, which a native program cannot. "
        + "Publish without PublishAot; self-contained and single-file programs work.";
}
