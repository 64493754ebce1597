using System.Diagnostics;
using System.Globalization;

namespace Padam.MLNet.Tests;

/// <summary>Programs as <c>mpirun</c> starts them, on however few processors there are, and as root too.</summary>
internal sealed record MpiRun(int ExitCode, string[] Output, string Error)
{
    // Open MPI's own options. Ranks that wait must let others run; a container allows no reading of another process's memory.
    private static readonly string[] Options =
    [
        "--allow-run-as-root",
        "--oversubscribe",
        "--bind-to",
        "none",
        "--mca",
        "mpi_yield_when_idle",
        "1",
        "--mca",
        "btl_vader_single_copy_mechanism",
        "none",
    ];

    internal string All => $"exit {ExitCode}\n{string.Join('\n', Output)}\n{Error}";

    /// <summary>Skips the test, with the package's name, where there is no mpirun.</summary>
    internal static void Require()
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!Array.Exists(folders, folder => File.Exists(Path.Combine(folder, "mpirun"))))
            Assert.Inconclusive("There is no mpirun here: install openmpi-bin.");
    }

    /// <summary>Runs tests/Padam.FreshProcess on so many ranks.</summary>
    internal static MpiRun FreshProcess(int ranks, params string[] arguments)
    {
        string dotnet = Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet";
        string program = Path.Combine(AppContext.BaseDirectory, "Padam.FreshProcess.dll");
        using Process process = Start(ranks, Environment.CurrentDirectory, [dotnet, program, .. arguments]);
        return process.Ended().GetAwaiter().GetResult();
    }

    /// <summary>Starts a program on so many ranks.</summary>
    internal static Process Start(int ranks, string folder, string[] words)
    {
        Require();
        var start = new ProcessStartInfo("mpirun", ["-n", ranks.ToString(CultureInfo.InvariantCulture), .. Options, .. words])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["OMP_NUM_THREADS"] = "1";
        // mpirun gives each process a terminal, which .NET would greet.
        start.Environment["TERM"] = "dumb";
        return Process.Start(start)!;
    }
}

/// <summary>The end of a job.</summary>
internal static class EndOfJob
{
    internal static async Task<MpiRun> Ended(this Process job)
    {
        Task<string> output = job.StandardOutput.ReadToEndAsync(),
            error = job.StandardError.ReadToEndAsync();
        await job.WaitForExitAsync();
        return new(
            job.ExitCode,
            (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            await error
        );
    }
}
