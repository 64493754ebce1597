using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Padam.MLNet.Native;
using TorchSharp;

namespace Padam.MLNet.Kernels;

/// <summary>
/// Runs one job on as many threads as libtorch uses (<see cref="torch.get_num_threads"/>), but no more than can sensibly be asked for; each
/// thread takes the next item until none is left.
/// </summary>
/// <remarks>
/// The threads are libtorch's own where its OpenMP runtime offers GNU's entry point: idle OpenMP threads spin for milliseconds after each
/// of libtorch's operators, and a second pool of threads would share the cores with them. Elsewhere they are the thread pool's.
/// </remarks>
internal static unsafe class Workers
{
    /// <summary>How many threads share the work of a kernel.</summary>
    public static int Count => Math.Min(torch.get_num_threads(), ThreadCount.Most);

    /// <summary>Does <paramref name="items"/> items of work and returns when all are done. What the work throws is thrown here.</summary>
    /// <param name="items">How many items the queue hands out.</param>
    /// <param name="work">Called once on each thread; it takes items until the queue is empty.</param>
    public static void Run(int items, Action<WorkQueue> work)
    {
        var queue = new WorkQueue(items, work);
        int threads = Math.Min(Count, items);
        if (threads <= 1)
            queue.Work();
        else if (OpenMP.Parallel != null)
            RunOnOpenMP(queue, threads);
        else
            RunOnThreadPool(queue, threads);
        queue.ThrowIfFailed();
    }

    /// <summary>The way where there is no OpenMP.</summary>
    internal static void RunOnThreadPool(WorkQueue queue, int threads) =>
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ => queue.Work());

    private static void RunOnOpenMP(WorkQueue queue, int threads)
    {
        GCHandle handle = GCHandle.Alloc(queue);
        try
        {
            OpenMP.Parallel(&WorkOnThisThread, GCHandle.ToIntPtr(handle), (uint)threads, 0);
        }
        finally
        {
            handle.Free();
        }
    }

    [UnmanagedCallersOnly]
    private static void WorkOnThisThread(nint handle) => ((WorkQueue)GCHandle.FromIntPtr(handle).Target!).Work();
}

/// <summary>Hands out the items of one job, each once.</summary>
internal sealed class WorkQueue(int items, Action<WorkQueue> work)
{
    private int _next = -1;
    private Exception? _failure;

    /// <summary>Takes the next item.</summary>
    /// <param name="item">Its number, from 0.</param>
    /// <returns>False when none is left.</returns>
    public bool Next(out int item) => (item = Interlocked.Increment(ref _next)) < items;

    /// <summary>Runs the work on the calling thread. Never throws: there may be native frames above it.</summary>
#pragma warning disable CA1031 // Kept, and thrown again by ThrowIfFailed.
    public void Work()
    {
        try
        {
            work(this);
        }
        catch (Exception failure)
        {
            Interlocked.CompareExchange(ref _failure, failure, null);
        }
    }
#pragma warning restore CA1031

    /// <summary>Throws what <see cref="Work"/> caught, on whichever thread.</summary>
    public void ThrowIfFailed()
    {
        if (_failure != null)
            ExceptionDispatchInfo.Throw(_failure);
    }
}
