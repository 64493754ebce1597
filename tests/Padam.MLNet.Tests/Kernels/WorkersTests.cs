using System.Collections.Concurrent;
using System.Diagnostics;
using Padam.MLNet.Kernels;
using Padam.MLNet.Native;
using TorchSharp;

namespace Padam.MLNet.Tests.Kernels;

[TestClass]
[DoNotParallelize] // The number of threads is the process's.
public sealed class WorkersTests
{
    private readonly int _threads = torch.get_num_threads();

    [TestCleanup]
    public void RestoreThreads() => torch.set_num_threads(_threads);

    [TestMethod]
    [DataRow(1, 100)]
    [DataRow(3, 100)]
    [DataRow(4, 2)]
    [DataRow(2, 0)]
    public void Every_item_is_taken_once_by_no_more_threads_than_libtorch_uses(int threads, int items)
    {
        torch.set_num_threads(threads);
        var taken = new ConcurrentBag<int>();
        var workers = new ConcurrentDictionary<int, bool>();
        Workers.Run(
            items,
            queue =>
            {
                workers[Environment.CurrentManagedThreadId] = true;
                while (queue.Next(out int item))
                    taken.Add(item);
            }
        );
        CollectionAssert.AreEquivalent(Enumerable.Range(0, items).ToArray(), taken.ToArray());
        Assert.IsTrue(workers.Count <= threads);
    }

    [TestMethod]
    public void However_many_threads_libtorch_is_told_to_use_there_are_a_few_for_each_processor()
    {
        torch.set_num_threads(100_000);
        var workers = new ConcurrentDictionary<int, bool>();
        int before = Process.GetCurrentProcess().Threads.Count;
        Workers.Run(
            1_000_000,
            queue =>
            {
                workers[Environment.CurrentManagedThreadId] = true;
                while (queue.Next(out _)) { }
            }
        );
        Assert.IsTrue(workers.Count <= ThreadCount.Most);
        int started = Process.GetCurrentProcess().Threads.Count - before;
        Assert.IsTrue(started <= 2 * ThreadCount.Most, $"{started} threads were started");
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(4)]
    public void Without_OpenMP_as_many_threads_of_the_pool_work_at_once(int threads)
    {
        // Nobody passes until all have come: one thread too few waits in vain.
        using var together = new Barrier(threads);
        int met = 0;
        var queue = new WorkQueue(
            threads,
            items =>
            {
                if (items.Next(out _) && together.SignalAndWait(TimeSpan.FromSeconds(30)))
                    Interlocked.Increment(ref met);
            }
        );
        Workers.RunOnThreadPool(queue, threads);
        queue.ThrowIfFailed();
        Assert.AreEqual(threads, met);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    public void What_the_work_throws_reaches_the_caller(int threads)
    {
        torch.set_num_threads(threads);
        var error = Assert.ThrowsExactly<InvalidDataException>(() =>
            Workers.Run(
                8,
                queue =>
                {
                    while (queue.Next(out int item))
                    {
                        if (item == 5)
                            throw new InvalidDataException("item 5");
                    }
                }
            )
        );
        Assert.AreEqual("item 5", error.Message);
    }
}
