namespace Padam.MLNet.Kernels;

/// <summary>The pattern of memory that nobody may write to or read from: as floats, signalling NaNs that no arithmetic yields.</summary>
internal static unsafe class GuardWords
{
    public const uint Word = 0x7FA05EED;

    // A span holds no more than 2 GiB.
    private const int WordsAtOnce = 1 << 28;

    /// <summary>Writes the pattern.</summary>
    /// <param name="from">A multiple of four.</param>
    /// <param name="bytes">A multiple of four.</param>
    public static void Fill(nint from, nuint bytes)
    {
        nuint words = bytes / sizeof(uint);
        for (nuint at = 0; at < words; at += WordsAtOnce)
            new Span<uint>((uint*)from + at, (int)Math.Min(words - at, WordsAtOnce)).Fill(Word);
    }

    /// <summary>How many bytes from the beginning the first word lies that is not the pattern; null where there is none.</summary>
    public static nint? FirstWritten(nint from, nuint bytes)
    {
        nuint words = bytes / sizeof(uint);
        for (nuint at = 0; at < words; at += WordsAtOnce)
        {
            int found = new ReadOnlySpan<uint>((uint*)from + at, (int)Math.Min(words - at, WordsAtOnce)).IndexOfAnyExcept(Word);
            if (found >= 0)
                return (nint)(at + (nuint)found) * sizeof(uint);
        }

        return null;
    }
}
