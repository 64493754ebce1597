namespace Padam.MLNet.Data;

/// <summary>
/// Names that look the same may be written in two ways: "é" as one character, or as "e" and an accent (as macOS writes file names).
/// </summary>
internal static class UnicodeForm
{
    /// <summary>The name with every letter and its accents as one character where there is one (normalisation form C).</summary>
    internal static string Composed(string name) => name.Normalize();
}
