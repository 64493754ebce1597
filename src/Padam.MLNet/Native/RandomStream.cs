using static TorchSharp.torch;

namespace Padam.MLNet.Native;

/// <summary>
/// A sequence of random numbers of one's own. torch's modules draw from one generator of the whole process; for as long as someone draws
/// from a stream, the generator stands where the stream stood, no other thread of the library draws from it, and afterwards it stands where
/// its owner, the caller, had left it.
/// </summary>
internal sealed class RandomStream
{
    private static readonly Lock Access = new();
    private byte[] _state;

    /// <summary>What <c>torch.manual_seed</c> would begin.</summary>
    public RandomStream(long seed)
    {
        using var generator = new Generator(unchecked((ulong)seed));
        _state = StateOf(generator);
    }

    /// <summary>Where the stream stands: torch's own state of its generator.</summary>
    /// <exception cref="InvalidDataException">On setting: it is no such state.</exception>
    public byte[] State
    {
        get => _state;
        set =>
            _state =
                value.Length == _state.Length
                    ? value
                    : throw new InvalidDataException($"The random state has {value.Length} bytes; torch's has {_state.Length}.");
    }

    /// <summary>Draws from the stream, by whatever draws from torch's generator.</summary>
    public T Draw<T>(Func<T> draw)
    {
        using Lock.Scope alone = Alone();
        using Generator generator = Generator.Default;
        byte[] callers = StateOf(generator);
        try
        {
            Set(generator, _state);
            T result = draw();
            _state = StateOf(generator);
            return result;
        }
        finally
        {
            Set(generator, callers);
        }
    }

    /// <summary>Keeps other threads of the library from torch's generator, for those who draw from the caller's own sequence.</summary>
    public static Lock.Scope Alone() => Access.EnterScope();

    private static byte[] StateOf(Generator generator)
    {
        using Tensor state = generator.get_state();
        return state.bytes.ToArray();
    }

    private static void Set(Generator generator, byte[] state)
    {
        using Tensor bytes = CpuTensors.Of(state);
        generator.set_state(bytes);
    }
}
