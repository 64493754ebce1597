using Padam.MLNet.Kernels;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests;

/// <summary>The number of threads and the size of the caches, which are the process's; disposing gives back those of before.</summary>
internal sealed class ThreadsAndCaches : IDisposable
{
    private readonly int _threads = get_num_threads();

    internal long Level2 { get; } = Caches.Level2;

    public void Dispose()
    {
        set_num_threads(_threads);
        Caches.Level2 = Level2;
    }
}
