using System.ComponentModel;
using System.Diagnostics;

namespace Padam.Benchmarks.Compare;

/// <summary>PyTorch as Debian packages it, running <c>benchmarks/peer/peer.py</c>.</summary>
internal static class PyTorch
{
    internal const string DefaultPython = "/usr/bin/python3";

    internal const string HowToInstall =
        "PyTorch is not installed for this python, and is left out. On Debian or Ubuntu: apt-get install python3-torch, which goes with "
        + DefaultPython
        + ". Another one: --python PATH.";

    /// <summary>Whether this python exists and finds torch.</summary>
    internal static bool IsInstalled(string python)
    {
        try
        {
            using Process find = Process.Start(
                python,
                ["-c", "import importlib.util, sys; sys.exit(importlib.util.find_spec('torch') is None)"]
            );
            find.WaitForExit();
            return find.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    internal static string[] Command(string python, string backbone, int threads, int batch) =>
        [
            python,
            Path.Combine(AppContext.BaseDirectory, "peer", "peer.py"),
            "--backbone",
            backbone,
            "--threads",
            $"{threads}",
            "--batch",
            $"{batch}",
        ];
}
