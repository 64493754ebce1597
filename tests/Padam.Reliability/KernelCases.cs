using Padam.MLNet.Kernels;
using Padam.MLNet.Tests;

namespace Padam.Reliability;

/// <summary>Every kernel on thousands of random shapes, in guarded memory.</summary>
internal static class KernelCases
{
    internal static IEnumerable<Case> All =>
        [new("Kernels", "2,000 random shapes: each kernel agrees with libtorch and stays within its memory", Shapes)];

    private static Outcome Shapes(Bench bench)
    {
        int count = bench.Count(2000),
            held = 0,
            faults = 0;
        string? first = null;
        MemoryPool.IsGuarded = true;
        try
        {
            for (int seed = 0; seed < count; seed++)
            {
                IReadOnlyList<string> found = KernelTrial.Faults(seed);
                held += found.Count == 0 ? 1 : 0;
                faults += found.Count;
                first ??= found.Count > 0 ? found[0] : null;
            }
        }
        finally
        {
            MemoryPool.IsGuarded = false;
        }

        return new(count, held, first is null ? "no fault" : $"{faults} faults, the first: {first}");
    }
}
