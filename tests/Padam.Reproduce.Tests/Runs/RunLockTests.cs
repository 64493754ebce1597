using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Runs;

[TestClass]
public sealed class RunLockTests
{
    [TestMethod]
    public void One_has_it_and_others_do_not_until_it_is_let_go_and_removed()
    {
        using TemporaryFolder folder = new();
        using (RunLock? held = RunLock.Take(folder["lock"]))
        {
            Assert.IsNotNull(held);
            Assert.IsNull(RunLock.Take(folder["lock"]));
        }

        Assert.IsFalse(File.Exists(folder["lock"]));
        using RunLock? again = RunLock.Take(folder["lock"]);
        Assert.IsNotNull(again);
    }

    [TestMethod]
    public void A_lock_that_a_killed_process_left_is_free()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["lock"], "");
        using RunLock? held = RunLock.Take(folder["lock"]);
        Assert.IsNotNull(held);
    }

    [TestMethod]
    public void Who_waits_for_it_gets_it_one_after_another()
    {
        using TemporaryFolder folder = new();
        int inside = 0,
            most = 0;
        Parallel.For(
            0,
            8,
            new ParallelOptions { MaxDegreeOfParallelism = 8 },
            _ =>
            {
                using RunLock held = RunLock.Await(folder["lock"]);
                most = Math.Max(most, Interlocked.Increment(ref inside));
                Thread.Sleep(5);
                Interlocked.Decrement(ref inside);
            }
        );
        Assert.AreEqual(1, most);
    }
}
