using Padam.MLNet.Native;

namespace Padam.MLNet;

/// <summary>Training over MPI, by Open MPI 4.1 (Debian's package <c>openmpi-bin</c>), on Linux.</summary>
public static class Mpi
{
    private static readonly Lazy<MpiWorld> Joined = new(MpiWorld.Join);

    /// <summary>
    /// The processes that <c>mpirun</c> or <c>srun</c> started; one, where this program was started by itself. The first call loads Open
    /// MPI and joins them; the program leaves them when it ends, and waits there until all do.
    /// </summary>
    /// <exception cref="DllNotFoundException">Open MPI is not installed; the message names its package.</exception>
    /// <exception cref="NotSupportedException">Another version is installed, or this is not Linux.</exception>
    public static Communicator World => Joined.Value;
}

/// <summary>The processes of an MPI job.</summary>
internal sealed class MpiWorld : Communicator
{
    private MpiWorld() { }

    public override int Rank => OpenMpi.Rank;

    public override int Size => OpenMpi.Size;

    public override int Largest(int value) => OpenMpi.Largest(value);

    internal static MpiWorld Join()
    {
        OpenMpi.Join();
        var world = new MpiWorld();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => world.Leave();
        return world;
    }

    internal override void Sum(Span<double> values) => OpenMpi.Sum(values);

    internal override IPendingSum BeginSum(nint singles, int count) => new Pending(OpenMpi.BeginSum(singles, count));

    internal override void Broadcast(Span<byte> bytes, int from = 0) => OpenMpi.Broadcast(bytes, from);

    private void Leave()
    {
        if (EndsTheOthers(Environment.ExitCode))
            OpenMpi.Abort(Environment.ExitCode is 0 ? 1 : Environment.ExitCode);
        OpenMpi.Leave();
    }

    private sealed class Pending(nint request) : IPendingSum
    {
        private nint _request = request;

        public void Advance() => OpenMpi.IsDone(ref _request);

        public void Wait() => OpenMpi.Wait(ref _request);
    }
}
