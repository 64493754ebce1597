using System.Runtime.InteropServices;

namespace Padam.MLNet.Kernels;

/// <summary>
/// Working memory of a kernel, aligned to cache lines and outside the managed heap; disposing gives it back for the next call.
/// </summary>
/// <remarks>
/// Fresh pages cost more than what the kernels compute in them, so buffers are kept. A request takes the smallest free buffer that fits;
/// where none fits, the
/// largest free one makes way for a new one. There are then never more buffers than were once in use at the same time.
/// </remarks>
internal sealed unsafe class Scratch : IDisposable
{
    private const nuint Alignment = 64;
    private static readonly List<Scratch> Free = [];
    private readonly long _length;
    private bool _returned;

    private Scratch(long length)
    {
        _length = length;
        Pointer = (float*)NativeMemory.AlignedAlloc(checked((nuint)length * sizeof(float)), Alignment);
        // Rows that a kernel computes but nobody reads hold what was there: no denormals, which are slow.
        NativeMemory.Clear(Pointer, (nuint)length * sizeof(float));
    }

    /// <summary>The first element.</summary>
    public float* Pointer { get; }

    /// <summary>Takes a buffer of at least <paramref name="length"/> floats; its content is arbitrary, but finite.</summary>
    public static Scratch Rent(long length)
    {
        Scratch? replaced = null;
        lock (Free)
        {
            Scratch? fitting = Free.Where(s => s._length >= length).MinBy(s => s._length);
            Scratch? taken = fitting ?? (replaced = Free.MaxBy(s => s._length));
            if (taken != null)
                Free.Remove(taken);
            if (fitting != null)
            {
                fitting._returned = false;
                return fitting;
            }
        }

        if (replaced != null)
            NativeMemory.AlignedFree(replaced.Pointer);
        return new Scratch(length);
    }

    /// <summary>Gives the buffer back.</summary>
    public void Dispose()
    {
        lock (Free)
        {
            if (_returned)
                return;
            _returned = true;
            Free.Add(this);
        }
    }
}
