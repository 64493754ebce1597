using System.Runtime.InteropServices;

namespace Padam.Reproduce.Exits;

/// <summary>
/// The first SIGINT or SIGTERM asks the work to finish its batch, save and leave; a second SIGINT is left to the system, which ends the
/// process at once.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly PosixSignalRegistration interrupt,
        terminate;

    public StopSignals()
    {
        interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, ExitCode.Interrupted));
        terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, ExitCode.Terminated));
    }

    public CancellationToken Token => source.Token;

    /// <summary>130 or 143 once a signal arrived.</summary>
    public int? Code { get; private set; }

    private void Stop(PosixSignalContext signal, int exitCode)
    {
        if (signal.Signal == PosixSignal.SIGINT && Code is not null)
            return;
        signal.Cancel = true;
        if (Code is not null)
            return;

        Code = exitCode;
        Console.Error.WriteLine(
            signal.Signal == PosixSignal.SIGINT
                ? "Stopping after this batch; interrupt again to leave at once."
                : "Stopping after this batch."
        );
        source.Cancel();
    }

    public void Dispose()
    {
        interrupt.Dispose();
        terminate.Dispose();
        source.Dispose();
    }
}
