namespace Padam.MLNet.Kernels;

/// <summary>
/// The memory of all kernels: their working memory (<see cref="Scratch"/>) and the tensors they put out (<see cref="PooledTensor"/>). What
/// is returned waits for the next request of its size, since fresh pages cost more than what is computed in them, and a heap falls apart: a
/// block freed there cannot serve the next request of the same size and alignment.
/// </summary>
/// <remarks>
/// A block serves requests down to half its size. It goes back to the system
/// <list type="bullet">
/// <item>when <see cref="Trim"/> is called, by whoever ends a training or a model;</item>
/// <item>after it has waited while <see cref="Patience"/> tensors were made: no step of a training is as long as that;</item>
/// <item>at a full collection of garbage, when it has waited for <see cref="LongestWait"/>: a loop of the user's own tells no end;</item>
/// <item>when more waits than twice what was ever lent at once, those first that have waited longest.</item>
/// </list>
/// </remarks>
internal static class MemoryPool
{
    /// <summary>How many tensors are made while a block waits in vain.</summary>
    internal const int Patience = 4096;

    internal static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    // Requests below a page do not fight for a fit.
    private const nuint Page = 4096;

    private static readonly Lock Access = new();
    private static readonly List<MemoryBlock> Idle = []; // From the smallest to the largest.
    private static readonly Dictionary<nint, MemoryBlock> Lent = [];
    private static bool s_isGuarded;
    private static string? s_violation;
    private static int s_generation;
    private static long s_tensors,
        s_lent,
        s_idle,
        s_mostLent;

    static MemoryPool() =>
        AfterCollection.Each(() =>
        {
            ReleaseWaiting(LongestWait);
            return true;
        });

    /// <summary>
    /// Whether new blocks are guarded: around what is lent lie <see cref="GuardWords"/>, which are checked when it is returned, and its
    /// content is the same NaN. For tests.
    /// </summary>
    public static bool IsGuarded
    {
        get => s_isGuarded;
        set
        {
            s_isGuarded = value;
            Trim();
        }
    }

    /// <summary>How many bytes are lent, and how many wait.</summary>
    public static (long Lent, long Idle) Bytes
    {
        get
        {
            lock (Access)
                return (s_lent, s_idle);
        }
    }

    /// <summary>Lends memory, aligned to a cache line and with arbitrary content.</summary>
    /// <param name="bytes">How much; a multiple of four.</param>
    /// <param name="owner">Who has it and what for, for messages.</param>
    /// <exception cref="InsufficientMemoryException">The system has none.</exception>
    /// <exception cref="MemoryOverrunException">Somebody wrote beyond the end of guarded memory before.</exception>
    public static MemoryBlock Rent(long bytes, string owner)
    {
        ThrowIfOverrun();
        var length = (nuint)bytes;
        lock (Access)
        {
            MemoryBlock block = TakeIdle(length) ?? new MemoryBlock(length, s_isGuarded);
            s_lent += (long)block.Capacity;
            s_mostLent = Math.Max(s_mostLent, s_lent);
            string? violation = block.Lend(length, owner, s_generation);
            s_violation ??= violation;
            Lent.Add(block.Address, block);
            return block;
        }
    }

    /// <summary>
    /// Takes back the memory at an address. Never throws, since native code calls it too: what the guard words tell,
    /// <see cref="ThrowIfOverrun"/> throws.
    /// </summary>
    public static void Return(nint address)
    {
        lock (Access)
        {
            MemoryBlock block = Lent[address];
            Lent.Remove(address);
            s_lent -= (long)block.Capacity;
            string? violation = block.Return();
            s_violation ??= violation;
            (block.ReturnedAt, block.WaitsSince) = (s_tensors, Environment.TickCount64);
            if (block.Generation == s_generation)
                Keep(block);
            else
                block.Release();
        }
    }

    /// <summary>Gives back to the system what waits now, and what is lent now as soon as it is returned.</summary>
    public static void Trim()
    {
        lock (Access)
        {
            ReleaseIdle(_ => true);
            s_mostLent = s_lent;
            s_generation++;
        }
    }

    /// <summary>Gives back to the system what has waited so long.</summary>
    internal static void ReleaseWaiting(TimeSpan longest)
    {
        long now = Environment.TickCount64;
        lock (Access)
            ReleaseIdle(block => now - block.WaitsSince >= longest.TotalMilliseconds);
    }

    /// <summary>Counts a tensor, and gives back to the system what has waited too long.</summary>
    public static void CountTensor()
    {
        lock (Access)
        {
            if (++s_tensors % (Patience / 16) == 0)
                ReleaseIdle(block => s_tensors - block.ReturnedAt >= Patience);
        }
    }

    /// <exception cref="MemoryOverrunException">A kernel wrote where it may not; thrown once.</exception>
    public static void ThrowIfOverrun()
    {
        if (s_violation is not null && Interlocked.Exchange(ref s_violation, null) is { } violation)
            throw new MemoryOverrunException(violation);
    }

    private static void Keep(MemoryBlock block)
    {
        Idle.Insert(FirstOfAtLeast(block.Capacity), block);
        s_idle += (long)block.Capacity;
        while (s_idle > 2 * s_mostLent && Idle.Count > 0)
        {
            MemoryBlock oldest = Idle.MinBy(idle => idle.ReturnedAt)!;
            ReleaseIdle(idle => idle == oldest);
        }
    }

    private static void ReleaseIdle(Predicate<MemoryBlock> which)
    {
        // Each block is asked for once: what is asked may change with the clock.
        Idle.RemoveAll(block =>
        {
            if (!which(block))
                return false;
            block.Release();
            s_idle -= (long)block.Capacity;
            return true;
        });
    }

    /// <summary>Takes the smallest block that holds so many bytes, unless it is far too large.</summary>
    private static MemoryBlock? TakeIdle(nuint length)
    {
        int at = FirstOfAtLeast(length);
        if (at == Idle.Count || Idle[at].Capacity > Math.Max(2 * length, Page))
            return null;
        MemoryBlock block = Idle[at];
        Idle.RemoveAt(at);
        s_idle -= (long)block.Capacity;
        return block;
    }

    private static int FirstOfAtLeast(nuint length)
    {
        (int low, int high) = (0, Idle.Count);
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (Idle[middle].Capacity < length)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}

/// <summary>A kernel wrote beyond the memory that it asked for. Only guarded memory tells.</summary>
internal sealed class MemoryOverrunException(string message) : Exception(message);
