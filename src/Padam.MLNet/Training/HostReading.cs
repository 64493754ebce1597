using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>
/// The one place where a training waits for its device and reads what was computed there. A test reads the compiled code of the training
/// step for any other, and another counts.
/// </summary>
internal static class HostReading
{
    [ThreadStatic]
    private static int t_reads;

    /// <summary>How often this thread reads while an action runs.</summary>
    internal static int CountOf(Action action)
    {
        int before = t_reads;
        action();
        return t_reads - before;
    }

    /// <summary>A copy of a tensor's numbers, row by row.</summary>
    internal static T[] Read<T>(Tensor numbers)
        where T : unmanaged
    {
        if (numbers.ElementSize != Unsafe.SizeOf<T>())
            throw new ArgumentException($"{numbers.dtype} cannot be read as {typeof(T).Name}.", nameof(numbers));
        t_reads++;
        using Tensor own = numbers.detach(),
            host = own.cpu(),
            plain = host.contiguous();
        return MemoryMarshal.Cast<byte, T>(plain.bytes).ToArray();
    }

    /// <summary>Whether all numbers of some tensors are finite, by one reading.</summary>
    internal static bool AreFinite(IEnumerable<Tensor> tensors)
    {
        using IDisposable noGradients = no_grad();
        using var scope = NewDisposeScope();
        return Read<bool>(stack([.. tensors.Select(tensor => tensor.isfinite().all())]).all())[0];
    }
}
