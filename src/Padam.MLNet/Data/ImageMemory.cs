namespace Padam.MLNet.Data;

/// <summary>How much of the images may stay in memory; what is beyond it goes to a temporary file.</summary>
/// <param name="limit">Bytes; null for half of the memory that is free.</param>
internal sealed class ImageMemory(long? limit)
{
    private long _left = limit ?? HalfOfWhatIsFree;

    /// <summary>Bytes, as they are now.</summary>
    internal static long HalfOfWhatIsFree =>
        Math.Max(0, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes - GC.GetTotalMemory(forceFullCollection: false)) / 2;

    /// <summary>Takes so many bytes, or says that they are not to be had.</summary>
    internal bool Take(long bytes)
    {
        if (bytes > _left)
            return false;
        _left -= bytes;
        return true;
    }
}
