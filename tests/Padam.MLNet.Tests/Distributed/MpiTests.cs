using System.Diagnostics;
using System.Security.Cryptography;

namespace Padam.MLNet.Tests.Distributed;

/// <summary>Ranks as mpirun starts them. Skipped where there is no Open MPI.</summary>
[TestClass]
public sealed class MpiTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    public void Ranks_know_of_each_other_do_things_together_and_leave_dotnet_its_signals(int size)
    {
        MpiRun run = MpiRun.FreshProcess(size, "ranks");

        Assert.AreEqual(0, run.ExitCode, run.Error);
        string[] expected =
        [
            .. Enumerable
                .Range(0, size)
                .SelectMany(rank =>
                    new[]
                    {
                        $"rank {rank} of {size}, largest {10 * (size - 1)}",
                        $"together {rank}",
                        rank == 1
                            ? "told 1: IOException: no data on 1"
                            : $"told {rank}: InvalidOperationException: Rank 1 of 3: no data on 1",
                        $"caught {rank}",
                    }
                )
                .Where(line => size > 1 || !line.StartsWith("told", StringComparison.Ordinal)),
        ];
        CollectionAssert.AreEquivalent(expected, run.Output, string.Join('\n', run.Output));
    }

    [TestMethod]
    [DataRow("killed", "rank 1")]
    [DataRow("leaves", "the last rank had enough")]
    public void A_rank_that_dies_ends_the_job_within_seconds_and_is_named(string where, string named)
    {
        long start = Stopwatch.GetTimestamp();
        MpiRun run = MpiRun.FreshProcess(2, "rank-fails", where);

        TestContext.WriteLine($"{where}: ended after {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s with {run.ExitCode}");
        TestContext.WriteLine(run.Error);
        Assert.AreNotEqual(0, run.ExitCode);
        StringAssert.Contains(run.Error, named);
    }

    [TestMethod]
    [DataRow("vgg-small", false)]
    [DataRow("resnet18", true)]
    public void All_ranks_end_with_the_same_bytes_and_so_do_they_the_next_time(string backbone, bool synchronized)
    {
        using var folder = new TemporaryFolder();
        string[] first = Trained(2, "first"),
            second = Trained(2, "second");

        Assert.HasCount(1, first.Concat(second).Distinct().ToArray());

        string[] Trained(int size, string name)
        {
            Directory.CreateDirectory(folder[name]);
            MpiRun run = MpiRun.FreshProcess(size, "train-shared", backbone, $"{synchronized}", folder[name]);
            Assert.AreEqual(0, run.ExitCode, run.Error);
            return
            [
                .. Enumerable
                    .Range(0, size)
                    .Select(rank =>
                        Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder[name], $"{rank}.safetensors"))))
                    ),
            ];
        }
    }
}
