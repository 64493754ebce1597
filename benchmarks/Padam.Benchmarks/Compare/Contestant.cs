using System.Diagnostics;
using System.Globalization;

namespace Padam.Benchmarks.Compare;

/// <summary>
/// One side of the comparison, a process of its own that stays warm between its turns: it reads a command a line and answers with one
/// number a line.
/// </summary>
internal sealed class Contestant : IDisposable
{
    private readonly Process _process;

    private Contestant(Process process) => _process = process;

    internal static Contestant Start(string program, params IEnumerable<string> arguments) =>
        new(
            Process.Start(
                new ProcessStartInfo(program, arguments)
                {
                    RedirectStandardInput = true,
                    RedirectStandardOutput = true,
                    UseShellExecute = false,
                }
            )!
        );

    /// <summary>This program again, whether it was started by its own name or by <c>dotnet</c>.</summary>
    internal static Contestant StartSelf(params IEnumerable<string> arguments)
    {
        string program = Environment.ProcessPath!;
        return Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? Start(program, [typeof(Contestant).Assembly.Location, .. arguments])
            : Start(program, arguments);
    }

    internal double Ask(string command)
    {
        _process.StandardInput.WriteLine(command);
        _process.StandardInput.Flush();
        string answer =
            _process.StandardOutput.ReadLine()
            ?? throw new InvalidOperationException(
                $"{_process.StartInfo.FileName} ended without an answer to '{command}'; what it said is above."
            );
        return double.Parse(answer, CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        // The end of its input is its sign to go.
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
