namespace Padam.Reliability;

/// <summary>Sets that do not fit into memory, under limits that a machine this small would set.</summary>
internal static class MemoryCases
{
    private const string Limit = "8000000"; // hex: 128 MiB of managed heap

    internal static IEnumerable<Case> All =>
        [
            new(
                "Memory",
                "100,000 images (307 MB) under a heap of 128 MiB: trains, from a temporary file",
                bench => Train(rows: 100_000, code: 0, "")
            ),
            new("Memory", "20,000 images (61 MB) under a heap of 128 MiB: trains", bench => Train(rows: 20_000, code: 0, "")),
        ];

    private static Outcome Train(int rows, int code, string word)
    {
        (int ended, string output) = Bench.Finish(
            Bench.Start("exec \"$@\"", [("DOTNET_GCHeapHardLimit", Limit)], null, "train-many", $"{rows}")
        );
        bool held = ended == code && output.Contains(word, StringComparison.Ordinal);
        return new(
            1,
            held ? 1 : 0,
            held ? (code == 0 ? "ended" : output.Trim().ReplaceLineEndings(" ")) : $"exit {ended}: {output.ReplaceLineEndings(" ")}"
        );
    }
}
