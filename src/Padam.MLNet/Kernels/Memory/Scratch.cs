namespace Padam.MLNet.Kernels;

/// <summary>
/// Working memory of a kernel: one array of floats, aligned to cache lines, from <see cref="MemoryPool"/>; disposing returns it. Each array
/// is asked for by itself, with the length that its use has: there are no sums to get wrong.
/// </summary>
internal sealed unsafe class Scratch : IDisposable
{
    private nint _address;

    private Scratch(nint address, long length) => (_address, Length) = (address, length);

    /// <summary>The first element.</summary>
    public float* Pointer => (float*)_address;

    public long Length { get; }

    /// <summary>Takes an array with arbitrary content.</summary>
    /// <param name="length">How many floats.</param>
    /// <param name="owner">The kernel, and what it keeps there.</param>
    public static Scratch Rent(long length, string owner) => new(MemoryPool.Rent(checked(length * sizeof(float)), owner).Address, length);

    /// <exception cref="MemoryOverrunException">Somebody wrote beyond the end of guarded memory.</exception>
    public void Dispose()
    {
        nint address = Interlocked.Exchange(ref _address, 0);
        if (address == 0)
            return;
        MemoryPool.Return(address);
        MemoryPool.ThrowIfOverrun();
    }
}
