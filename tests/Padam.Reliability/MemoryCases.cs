namespace Padam.Reliability;

internal static class MemoryCases
{
    internal static IEnumerable<Case> All => [];
}
