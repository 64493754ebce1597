using System.Runtime.InteropServices;

namespace Padam.Reproduce.Exits;

/// <summary>
/// The first SIGHUP, SIGINT or SIGTERM asks the work to finish its batch, save and leave; so does SIGUSR1, which mpirun passes on to its
/// processes, where on SIGTERM it ends them. A second SIGINT is left to the system, which ends the process at once.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    // Linux's number on x64 and ARM64, by which .NET takes signals that it has no name for.
    private const PosixSignal SigUsr1 = (PosixSignal)10;

    private readonly CancellationTokenSource source = new();
    private readonly PosixSignalRegistration[] registrations;

    public StopSignals()
    {
        var codes = new Dictionary<PosixSignal, int>
        {
            [PosixSignal.SIGINT] = ExitCode.Interrupted,
            [PosixSignal.SIGTERM] = ExitCode.Terminated,
        };
        if (OperatingSystem.IsLinux())
            codes.Add(SigUsr1, ExitCode.Terminated);
        // Who starts it with nohup wants it to outlive the terminal.
        if (!IgnoredSignals.HangUp)
            codes.Add(PosixSignal.SIGHUP, ExitCode.HungUp);
        registrations = [.. codes.Select(entry => PosixSignalRegistration.Create(entry.Key, signal => Received(signal, entry.Value)))];
    }

    public CancellationToken Token => source.Token;

    /// <summary>129, 130 or 143 once a signal arrived.</summary>
    public int? Code { get; private set; }

    /// <summary>
    /// Does what SIGTERM does when the stream ends: the other end of standard input is held by the process that started this one, and let
    /// go by it to stop this one, or by the system when it is killed.
    /// </summary>
    public void StopAtEndOf(Stream input) =>
        new Thread(() =>
        {
            while (input.ReadByte() >= 0) { }
            Stop(ExitCode.Terminated, "Stopping after this batch, as the process that started this one.");
        })
        {
            IsBackground = true,
        }.Start();

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in registrations)
            registration.Dispose();
        source.Dispose();
    }

    private void Received(PosixSignalContext signal, int exitCode)
    {
        bool interrupt = signal.Signal == PosixSignal.SIGINT;
        if (interrupt && Code is not null)
            return;
        signal.Cancel = true;
        Stop(exitCode, interrupt ? "Stopping after this batch; interrupt again to leave at once." : "Stopping after this batch.");
    }

    private void Stop(int exitCode, string message)
    {
        if (Code is not null)
            return;
        Code = exitCode;
        Console.Error.WriteLine(message);
        source.Cancel();
    }
}
