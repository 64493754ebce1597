using System.Diagnostics;
using System.Globalization;

namespace Padam.Benchmarks.Compare;

/// <summary>
/// One side of the comparison, a process of its own that stays warm between its turns: it reads a command a line and answers with one
/// number a line, which are kept by question.
/// </summary>
internal sealed class Contestant : IDisposable
{
    private readonly Process _process;
    private readonly Dictionary<string, List<double>> _answers = [];

    private Contestant(string name, string? layout, string program, IEnumerable<string> arguments)
    {
        (Name, Layout) = (name, layout);
        _process = Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
    }

    internal string Name { get; }

    /// <summary>How its activations lie in memory; null for ours.</summary>
    internal string? Layout { get; }

    internal static Contestant Start(string name, string layout, params string[] command) => new(name, layout, command[0], command[1..]);

    /// <summary>This program again, whether it was started by its own name or by <c>dotnet</c>.</summary>
    internal static Contestant StartSelf(string name, string? layout, params IEnumerable<string> arguments)
    {
        string program = Environment.ProcessPath!;
        return Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? new(name, layout, program, [typeof(Contestant).Assembly.Location, .. arguments])
            : new(name, layout, program, arguments);
    }

    /// <summary>The median of the answers to a question.</summary>
    internal double Median(string question) => Statistics.Median(_answers[question]);

    /// <summary>Asks, and keeps the answer unless it is a warm-up's.</summary>
    internal double Ask(string question, int? number = null, bool counts = true)
    {
        double answer = Send(number is null ? question : $"{question} {number}");
        if (counts)
            (_answers.TryGetValue(question, out List<double>? answers) ? answers : _answers[question] = []).Add(answer);
        return answer;
    }

    public void Dispose()
    {
        // The end of its input is its sign to go.
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private double Send(string command)
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
}
