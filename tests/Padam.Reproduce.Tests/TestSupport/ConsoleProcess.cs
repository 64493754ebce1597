using System.Diagnostics;

namespace Padam.Reproduce.Tests;

/// <summary>The console as its users start it: a process of its own.</summary>
internal sealed record ConsoleResult(int ExitCode, string Output, string Error)
{
    public string All => $"exit {ExitCode}\n{Output}\n{Error}";
}

internal static class ConsoleProcess
{
    public static readonly string Executable = Path.Combine(
        AppContext.BaseDirectory,
        OperatingSystem.IsWindows() ? "padam-reproduce.exe" : "padam-reproduce"
    );

    public static Process Start(string folder, params string[] arguments) => Start(folder, [], arguments);

    /// <param name="folder">Where it runs.</param>
    /// <param name="environment">Variables beside those that it inherits.</param>
    /// <param name="arguments">Its words.</param>
    public static Process Start(string folder, Dictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(Executable, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // Tests run side by side: threads that wait for each other without sleeping would slow all of them down.
            Environment = { ["OMP_NUM_THREADS"] = "1", ["OMP_WAIT_POLICY"] = "passive" },
        };
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Sends a signal, as a terminal (INT) or a scheduler (TERM) does.</summary>
    public static void Signal(this Process process, string signal)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public static async Task<ConsoleResult> Run(string folder, params string[] arguments) => await Start(folder, arguments).Result();

    public static async Task<ConsoleResult> Result(this Process process)
    {
        using (process)
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(),
                error = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            return new ConsoleResult(process.ExitCode, await output, await error);
        }
    }
}
