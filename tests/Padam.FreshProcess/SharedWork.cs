using System.Globalization;
using Padam.MLNet;

namespace Padam.FreshProcess;

/// <summary>What ranks do together over MPI, a line each.</summary>
internal static class SharedWork
{
    internal static void Together()
    {
        Communicator ranks = Mpi.World;
        Say($"rank {ranks.Rank} of {ranks.Size}, largest {ranks.Largest(10 * ranks.Rank)}");
        ranks.Together(() => Say($"together {ranks.Rank}"));
        try
        {
            ranks.Together(() =>
            {
                if (ranks.Rank > 0)
                    throw new IOException($"no data on {ranks.Rank}");
            });
        }
        catch (Exception told)
        {
            Say($"told {ranks.Rank}: {told.GetType().Name}: {told.Message}");
        }

        // Open MPI has handlers for signals, and .NET needs its own for this.
        try
        {
            _ = Nothing()!.Length;
        }
        catch (NullReferenceException)
        {
            Say($"caught {ranks.Rank}");
        }
    }

    internal static int Fail(string where)
    {
        Communicator ranks = Mpi.World;
        bool isLast = ranks.Rank == ranks.Size - 1;
        if (where == "killed" && isLast)
            Environment.FailFast("killed");
        if (where == "leaves" && isLast)
            throw new InvalidOperationException("the last rank had enough");
        // The others wait for it.
        ranks.Largest(0);
        return 0;
    }

    private static string? Nothing() => Environment.GetEnvironmentVariable("A_VARIABLE_THAT_NOBODY_SET");

    // Ranks share an output: a line in one piece.
    private static void Say(string line) => Console.Out.Write(string.Create(CultureInfo.InvariantCulture, $"{line}\n"));
}
