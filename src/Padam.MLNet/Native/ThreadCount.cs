using static TorchSharp.torch;

namespace Padam.MLNet.Native;

/// <summary>libtorch's CPU threads, set for a while; disposing gives back the number that was.</summary>
internal sealed class ThreadCount : IDisposable
{
    private readonly int? _callers;

    /// <param name="threads">How many; null leaves them as they are.</param>
    public ThreadCount(int? threads)
    {
        if (threads is not { } count || count == get_num_threads())
            return;
        _callers = get_num_threads();
        set_num_threads(count);
    }

    /// <summary>The most that can sensibly be asked for: more threads than this only wait for each other.</summary>
    public static int Most => 16 * Environment.ProcessorCount;

    public void Dispose()
    {
        if (_callers is { } count)
            set_num_threads(count);
    }
}
