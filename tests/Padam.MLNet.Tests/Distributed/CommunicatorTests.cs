namespace Padam.MLNet.Tests.Distributed;

/// <summary>What ranks do together, whatever carries it.</summary>
[TestClass]
public sealed class CommunicatorTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(5)]
    public void What_one_rank_says_all_know(int size)
    {
        string[] told = ThreadRanks.Run(size, ranks => ranks.Told($"of {ranks.Rank}: \u00e9", by: size - 1));
        CollectionAssert.AreEqual(Enumerable.Repeat($"of {size - 1}: \u00e9", size).ToArray(), told);
        byte[][] all = ThreadRanks.Run(size, ranks => ranks.All([(byte)ranks.Rank, 7]));
        foreach (byte[] bytes in all)
            CollectionAssert.AreEqual(Enumerable.Range(0, size).SelectMany(rank => new[] { (byte)rank, (byte)7 }).ToArray(), bytes);
    }

    [TestMethod]
    public void Where_ranks_fail_the_first_of_them_has_its_own_fault_and_the_others_are_told_which()
    {
        Exception?[] faults = ThreadRanks.Run(4, ranks => Fault(ranks, fails: ranks.Rank is 1 or 3 ? new IOException("gone") : null));

        Assert.AreEqual("gone", Assert.IsExactInstanceOfType<IOException>(faults[1]).Message);
        foreach (int rank in new[] { 0, 2, 3 })
            Assert.AreEqual("Rank 1 of 4: gone", Assert.IsExactInstanceOfType<InvalidOperationException>(faults[rank]).Message);
    }

    [TestMethod]
    public void A_rank_that_is_cancelled_cancels_the_others()
    {
        Exception?[] faults = ThreadRanks.Run(2, ranks => Fault(ranks, fails: ranks.Rank == 0 ? new OperationCanceledException() : null));
        Assert.IsExactInstanceOfType<OperationCanceledException>(faults[0]);
        Assert.IsExactInstanceOfType<OperationCanceledException>(faults[1]);
    }

    [TestMethod]
    public void What_all_know_of_ends_no_job_and_what_one_rank_alone_ends_with_does()
    {
        bool[] failed = ThreadRanks.Run(
            3,
            ranks =>
            {
                Assert.Throws<InvalidOperationException>(() =>
                    ranks.StepByStep(() => ranks.Together<int>(() => throw new InvalidOperationException("all know")))
                );
                Assert.IsFalse(ranks.HasFailed);
                Assert.IsFalse(ranks.EndsTheOthers(exitCode: 1), "they know why it ends");
                if (ranks.Rank == 2)
                    Assert.Throws<IOException>(() => ranks.StepByStep<int>(() => throw new IOException("nobody knows")));
                Assert.AreEqual(ranks.HasFailed, ranks.EndsTheOthers(exitCode: 0));
                return ranks.HasFailed;
            }
        );
        CollectionAssert.AreEqual(new[] { false, false, true }, failed);
    }

    [TestMethod]
    public void The_others_end_with_a_rank_that_leaves_amid_a_step_or_with_a_fault_that_they_do_not_know()
    {
        ThreadRanks.Run(
            2,
            ranks =>
            {
                Assert.IsFalse(ranks.EndsTheOthers(exitCode: 0), "all is done");
                Assert.IsTrue(ranks.EndsTheOthers(exitCode: 3), "nobody knows why");
                Assert.IsTrue(ranks.StepByStep(() => ranks.EndsTheOthers(exitCode: 0)), "they wait");
                return true;
            }
        );
    }

    [TestMethod]
    public void Ranks_train_one_network_after_the_other_and_none_after_one_that_broke_off()
    {
        ThreadRanks.Run(
            2,
            ranks =>
            {
                string nested = ranks.StepByStep(() =>
                    Assert.Throws<InvalidOperationException>(() => ranks.StepByStep(() => "two at once")).Message
                );
                Assert.Contains("one after the other", nested);
                Assert.AreEqual("next", ranks.StepByStep(() => ranks.IsBusy ? "next" : "none"));
                Assert.IsFalse(ranks.IsBusy);

                Assert.Throws<IOException>(() => ranks.StepByStep<int>(() => throw new IOException("nobody knows")));
                string after = Assert.Throws<InvalidOperationException>(() => ranks.StepByStep(() => "after it")).Message;
                Assert.Contains("their job is over", after);
                return 0;
            }
        );
    }

    [TestMethod]
    public void What_a_rank_has_otherwise_than_the_first_is_refused_on_all()
    {
        string[] messages = ThreadRanks.Run(
            3,
            ranks =>
            {
                ranks.RequireSame("The colour", "red");
                return Assert
                    .Throws<InvalidOperationException>(() => ranks.RequireSame("The colour", ranks.Rank < 2 ? "red" : "green"))
                    .Message;
            }
        );
        const string Own = "The colour must be the same on all ranks: it is green here and red on the first.";
        CollectionAssert.AreEqual(new[] { $"Rank 2 of 3: {Own}", $"Rank 2 of 3: {Own}", Own }, messages);
        Communicator.Alone.RequireSame("The colour", "any");
    }

    [TestMethod]
    public void One_process_alone_keeps_its_numbers_and_its_faults()
    {
        Communicator alone = Communicator.Alone;
        Assert.AreEqual((0, 1), (alone.Rank, alone.Size));
        Assert.AreEqual(0.1, alone.Sum(0.1));
        Assert.AreEqual(-3, alone.Largest(-3));
        var fault = new IOException("mine");
        Assert.AreSame(fault, Assert.Throws<IOException>(() => alone.Together(() => throw fault)));
        Assert.Throws<IOException>(() => alone.StepByStep<int>(() => throw fault));
        Assert.IsFalse(alone.HasFailed);
    }

    private static Exception? Fault(ThreadRanks ranks, Exception? fails)
    {
        try
        {
            ranks.Together(() =>
            {
                if (fails is not null)
                    throw fails;
            });
            return null;
        }
        catch (Exception fault)
        {
            return fault;
        }
    }
}
