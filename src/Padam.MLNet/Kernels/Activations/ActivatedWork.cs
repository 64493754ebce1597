using Padam.MLNet.Layers;

namespace Padam.MLNet.Kernels;

/// <summary>Work that is written for registers of any width and any activation.</summary>
internal interface IActivatedWork
{
    void Run<T, TActivation>()
        where T : unmanaged, IRegister<T>
        where TActivation : IActivation;
}

/// <summary>From an activation's name to the code that has it built in.</summary>
internal static class ActivatedWork
{
    /// <summary>Does some work with an activation, in the registers that <see cref="Registers.Run"/> chooses.</summary>
    public static void Run<TWork>(TWork work, Activation activation, params ReadOnlySpan<long> channels)
        where TWork : struct, IActivatedWork
    {
        switch (activation)
        {
            case Activation.None:
                Registers.Run(new With<TWork, Identity>(work), channels);
                break;
            case Activation.Relu:
                Registers.Run(new With<TWork, Relu>(work), channels);
                break;
            case Activation.Gelu:
                Registers.Run(new With<TWork, Gelu>(work), channels);
                break;
            case Activation.Silu:
                Registers.Run(new With<TWork, Silu>(work), channels);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(activation), activation, "There is no such activation.");
        }
    }

    private readonly struct With<TWork, TActivation>(TWork work) : IRegisterWork
        where TWork : struct, IActivatedWork
        where TActivation : IActivation
    {
        public void Run<T>()
            where T : unmanaged, IRegister<T> => work.Run<T, TActivation>();
    }
}
