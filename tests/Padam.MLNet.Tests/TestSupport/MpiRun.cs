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
        using Process process = Start(
            ranks,
            [
                Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet",
                Path.Combine(AppContext.BaseDirectory, "Padam.FreshProcess.dll"),
                .. arguments,
            ]
        );
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new(process.ExitCode, output.Split('\n', StringSplitOptions.RemoveEmptyEntries), errors.Result);
    }

    private static Process Start(int ranks, string[] words)
    {
        Require();
        var start = new ProcessStartInfo("mpirun", ["-n", ranks.ToString(CultureInfo.InvariantCulture), .. Options, .. words])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["OMP_NUM_THREADS"] = "1";
        // mpirun gives each process a terminal, which .NET would greet.
        start.Environment["TERM"] = "dumb";
        return Process.Start(start)!;
    }
}
