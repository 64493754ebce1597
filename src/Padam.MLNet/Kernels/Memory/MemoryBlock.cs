using Padam.MLNet.Native;

namespace Padam.MLNet.Kernels;

/// <summary>A block of memory that <see cref="MemoryPool"/> lends out, again and again.</summary>
/// <remarks>
/// A guarded block holds <see cref="GuardWords"/> wherever nobody may write: around what is lent and, while nothing is, everywhere. Who
/// reads before writing then meets a NaN, and who writes beyond what was asked for leaves a trace.
/// </remarks>
internal sealed class MemoryBlock
{
    private const int CacheLine = 64;

    // Behind the largest request that the block can serve: who runs beyond it by less does no harm to others.
    private const int Beyond = 4096;

    private readonly nint _start;
    private readonly nuint _bytes;

    /// <summary>A new block of at least so many bytes.</summary>
    public MemoryBlock(nuint bytes, bool isGuarded)
    {
        IsGuarded = isGuarded;
        Capacity = (bytes + CacheLine - 1) / CacheLine * CacheLine;
        _bytes = isGuarded ? Capacity + CacheLine + Beyond : Capacity;
        _start = SystemMemory.Reserve(_bytes);
        if (isGuarded)
            GuardWords.Fill(_start, _bytes);
    }

    public bool IsGuarded { get; }

    /// <summary>The largest request, in bytes, that it can serve.</summary>
    public nuint Capacity { get; }

    /// <summary>Where the memory that is lent begins; aligned to a cache line.</summary>
    public nint Address => IsGuarded ? _start + CacheLine : _start;

    /// <summary>How many bytes were asked for when it was lent last.</summary>
    public nuint Length { get; private set; }

    /// <summary>Who has it, or had it last: a kernel and what it keeps there.</summary>
    public string Owner { get; private set; } = "nobody";

    /// <summary>The pool's generation when it was lent last.</summary>
    public int Generation { get; private set; }

    /// <summary>The pool's time when it was returned.</summary>
    public long ReturnedAt { get; set; }

    /// <summary>The clock's time when it was returned, in milliseconds.</summary>
    public long WaitsSince { get; set; }

    /// <summary>Notes who has it now.</summary>
    /// <returns>What is wrong if somebody wrote to it after it was returned, or null.</returns>
    public string? Lend(nuint length, string owner, int generation)
    {
        string? violation =
            IsGuarded && GuardWords.FirstWritten(_start, _bytes) is { } at
                ? $"The memory of '{Owner}' was written to, at byte {at - (Address - _start)}, after it was returned."
                : null;
        if (violation is not null)
            GuardWords.Fill(_start, _bytes);
        (Length, Owner, Generation) = (length, owner, generation);
        return violation;
    }

    /// <summary>Looks at the guard words.</summary>
    /// <returns>What is wrong if somebody wrote around what was lent, or null.</returns>
    public string? Return()
    {
        if (!IsGuarded)
            return null;
        nint end = Address + (nint)Length;
        string? violation =
            GuardWords.FirstWritten(_start, CacheLine) is { } before
                ? $"'{Owner}' wrote {CacheLine - before} bytes before its {Length} bytes."
            : GuardWords.FirstWritten(end, _bytes - (nuint)(end - _start)) is { } beyond
                ? $"'{Owner}' wrote beyond its {Length} bytes, first at byte {Length + (nuint)beyond}."
            : null;
        GuardWords.Fill(_start, _bytes);
        return violation;
    }

    /// <summary>Gives it back to the system.</summary>
    public void Release() => SystemMemory.Release(_start, _bytes);
}
