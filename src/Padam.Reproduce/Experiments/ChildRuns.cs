using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Experiments;

/// <summary>
/// Several runs at a time, each a process of its own: two one-thread trainings beat one of two threads, and one that fails leaves the
/// others alone. A child's lines are passed on whole, and it stops, saved, when this process lets go of its standard input: when it is told
/// to, or killed.
/// </summary>
/// <param name="Words">The command line of the grid; a child gets it with its <c>--index</c>.</param>
/// <param name="Jobs">How many at a time.</param>
internal sealed record ChildRuns(IReadOnlyList<string> Words, int Jobs)
{
    /// <summary>The option that makes a process one of these children.</summary>
    public const string ChildOption = "--child";

    private readonly ConcurrentDictionary<int, Process> _running = new();

    /// <summary>The cores that each of so many processes has for itself.</summary>
    public static int ThreadsEach(int jobs) => Math.Max(1, Environment.ProcessorCount / jobs);

    /// <summary>Runs the given indices. A stop is passed on to the children, which save and leave.</summary>
    /// <returns>One sentence a child that failed.</returns>
    public async Task<IReadOnlyList<string>> ExecuteAsync(IEnumerable<int> indices, CancellationToken cancel)
    {
        var failures = new ConcurrentBag<string>();
        await using CancellationTokenRegistration stop = cancel.Register(StopAll);
        await Parallel.ForEachAsync(
            indices,
            new ParallelOptions { MaxDegreeOfParallelism = Jobs },
            async (index, _) =>
            {
                if (
                    !cancel.IsCancellationRequested
                    && await RunAsync(index, cancel) is var code and not ExitCode.Success
                    && !cancel.IsCancellationRequested
                )
                    failures.Add($"Run {index} ended with exit code {code}.");
            }
        );
        cancel.ThrowIfCancellationRequested();
        return [.. failures.Order(StringComparer.Ordinal)];
    }

    private async Task<int> RunAsync(int index, CancellationToken cancel)
    {
        using Process process =
            Process.Start(Self([.. Words, "--index", index.ToString(CultureInfo.InvariantCulture), ChildOption]))
            ?? throw new CommandException("The program could not start itself again.");
        _running[index] = process;
        if (cancel.IsCancellationRequested)
            Stop(process);
        await Task.WhenAll(PassOn(process.StandardOutput, Console.Out), PassOn(process.StandardError, Console.Error));
        await process.WaitForExitAsync(CancellationToken.None);
        _running.TryRemove(index, out _);
        return process.ExitCode;
    }

    private static async Task PassOn(StreamReader lines, TextWriter to)
    {
        while (await lines.ReadLineAsync() is { } line)
            await to.WriteLineAsync(line);
    }

    /// <summary>This program, whether it was started by its own name or by <c>dotnet</c>.</summary>
    private static ProcessStartInfo Self(IEnumerable<string> words) =>
        new(ThisProgram.Start[0], [.. ThisProgram.Start.Skip(1), .. words])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

    private void StopAll()
    {
        foreach (Process process in _running.Values)
            Stop(process);
    }

    private static void Stop(Process process) => process.StandardInput.Close();
}
