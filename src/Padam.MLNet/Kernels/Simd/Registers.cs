namespace Padam.MLNet.Kernels;

/// <summary>Work that is written for registers of any width.</summary>
internal interface IRegisterWork
{
    void Run<T>()
        where T : unmanaged, IRegister<T>;
}

/// <summary>Which registers a kernel works in.</summary>
internal static class Registers
{
    /// <summary>The kernels take pixels whose channels are a multiple of this.</summary>
    public const int Multiple = 8;

    /// <summary>Whether the machine has registers at all. Without, libtorch's convolutions are the quicker ones.</summary>
    public static bool AreSupported => Register4.IsSupported;

    /// <summary>Floats in the widest register that the machine has; 0 where it has none.</summary>
    public static int Widest =>
        Register16.IsSupported ? Register16.Count
        : Register8.IsSupported ? Register8.Count
        : AreSupported ? Register4.Count
        : 0;

    /// <summary>Does some work in the widest registers that the machine has and that the channels fill.</summary>
    /// <param name="work">The work.</param>
    /// <param name="channels">Channels of the pixels that are read or written, multiples of <see cref="Multiple"/>.</param>
    public static void Run<TWork>(TWork work, params ReadOnlySpan<long> channels)
        where TWork : struct, IRegisterWork
    {
        if (Register16.IsSupported && AreMultiples(channels, Register16.Count))
            work.Run<Register16>();
        else if (Register8.IsSupported)
            work.Run<Register8>();
        else
            work.Run<Register4>();
    }

    private static bool AreMultiples(ReadOnlySpan<long> channels, int of)
    {
        foreach (long each in channels)
        {
            if (each % of != 0)
                return false;
        }

        return true;
    }
}
