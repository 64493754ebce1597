using Padam.MLNet;

namespace Padam.Reproduce.Exits;

/// <summary>The processes that this one trains or scores with, of which the first speaks for all.</summary>
internal static class Job
{
    /// <summary>What is said where nobody started others to share with.</summary>
    public const string OnlyProcess =
        "Warning: --distributed, and this process is the only one: start it by mpirun -n or srun, see docs/cluster.md.";

    /// <summary>This process alone, unless it joined others.</summary>
    public static Communicator Ranks { get; private set; } = Communicator.Alone;

    /// <summary>Whether another process shows what this one does.</summary>
    public static bool IsFollower => Ranks.Rank > 0;

    /// <summary>Whether the first process says it too.</summary>
    public static bool IsSaidElsewhere(Exception fault) => IsFollower && Ranks.Knows(fault);

    /// <summary>What tells a fault of this process from those of all.</summary>
    public static string Prefix(Exception fault) => Ranks.Knows(fault) ? "" : $"Rank {Ranks.Rank} of {Ranks.Size}: ";

    /// <summary>Joins those that mpirun or srun started, for work that is shared.</summary>
    /// <exception cref="CommandException">There is no Open MPI; the message names its package.</exception>
    public static Communicator Join(bool isDistributed)
    {
        if (!isDistributed)
            return Ranks;
        try
        {
            return Ranks = Mpi.World;
        }
        catch (Exception fault) when (fault is DllNotFoundException or NotSupportedException)
        {
            throw new CommandException(fault.Message, fault);
        }
    }
}
