using System.Diagnostics;
using System.Globalization;
using Padam.MLNet.Native;

namespace Padam.MLNet.Tests;

/// <summary>Runs tests/Padam.FreshProcess in a process of its own.</summary>
internal static class FreshProcess
{
    /// <summary>The lines that it printed; the test fails where it did.</summary>
    internal static string[] Run(params string[] arguments) => RunIn(AppContext.BaseDirectory, libtorch: null, arguments);

    /// <summary>The same of a program in another folder, where PADAM_LIBTORCH is set, or not set.</summary>
    internal static string[] RunIn(string folder, string? libtorch, params string[] arguments)
    {
        using Process process = StartIn(folder, libtorch, arguments);
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.AreEqual((0, ""), (process.ExitCode, errors.Result));
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>The process, with its output to be read.</summary>
    internal static Process Start(params string[] arguments) => StartIn(AppContext.BaseDirectory, libtorch: null, arguments);

    private static Process StartIn(string folder, string? libtorch, params string[] arguments)
    {
        var start = new ProcessStartInfo(
            Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet"
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // As many threads as in this process, for the same bits.
        start.Environment["OMP_NUM_THREADS"] = TorchSharp.torch.get_num_threads().ToString(CultureInfo.InvariantCulture);
        start.Environment[OtherLibtorch.Variable] = libtorch;
        // Where TorchSharp finds no libtorch, it copies that of NuGet's cache.
        start.Environment["NUGET_PACKAGES"] = Path.Combine(folder, "none");
        start.ArgumentList.Add(Path.Combine(folder, "Padam.FreshProcess.dll"));
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}
