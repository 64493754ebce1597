using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Padam.MLNet.Native;

/// <summary>The processor's instructions for several numbers at once, as far as .NET and the system let them be used.</summary>
internal static class VectorInstructions
{
    /// <summary>Their usual names, from the narrowest on.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. new (string Name, bool Has)[]
        {
            ("NEON", AdvSimd.IsSupported),
            ("SSE4.2", Sse42.IsSupported),
            ("AVX2", Avx2.IsSupported),
            ("FMA", Fma.IsSupported),
            ("AVX-512", Avx512F.IsSupported),
        }
            .Where(instructions => instructions.Has)
            .Select(instructions => instructions.Name),
    ];
}
