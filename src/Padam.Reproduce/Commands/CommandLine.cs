using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Commands;

/// <summary>The whole console: words in, exit code out.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        EnduringWriter.Install();
        RootCommand root = Root();
        ParseResult parsed = root.Parse(args);
        // Who asks how a line can go on has not finished it.
        if (parsed.Errors.Count > 0 && !root.Directives.OfType<SuggestDirective>().Any(asked => parsed.GetResult(asked) is not null))
            return await UsageErrorAsync(parsed, parsed.Errors.Select(error => error.Message).Distinct());

        using var stop = new StopSignals();
        if (parsed.GetValue(ExperimentCommand.Child))
            stop.StopAtEndOf(Console.OpenStandardInput());
        try
        {
            // Signals and failures are handled here, so that their exit codes are ours.
            var settings = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            int code = await parsed.InvokeAsync(settings, stop.Token);
            return stop.Code ?? code;
        }
        catch (OperationCanceledException) when (stop.Code is not null || Job.Ranks.Size > 1)
        {
            // Of many processes, it is enough that one is told.
            return stop.Code ?? ExitCode.Terminated;
        }
        catch (UsageException fault)
        {
            return await UsageErrorAsync(parsed, [fault.Message]);
        }
        catch (Exception thrown)
        {
            var failure = Failure.Of(thrown);
            if (!Job.IsSaidElsewhere(thrown))
                await Console.Error.WriteLineAsync($"{Job.Prefix(thrown)}{failure.Sentence.ReplaceLineEndings(" ")}");
            if (!Job.IsSaidElsewhere(thrown) && failure.Trace is { } trace)
                await Console.Error.WriteLineAsync(trace);
            return stop.Code ?? ExitCode.Failure;
        }
    }

    private static async Task<int> UsageErrorAsync(ParseResult parsed, IEnumerable<string> errors)
    {
        foreach (string error in errors)
            await Console.Error.WriteLineAsync(error);
        await Console.Error.WriteLineAsync($"`{Words(parsed.CommandResult)} --help` lists the options.");
        return ExitCode.Usage;
    }

    private static string Words(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{Words(parent)} {command.Command.Name}" : "padam-reproduce";

    /// <summary>All commands and their options.</summary>
    public static RootCommand Root()
    {
        var root = new RootCommand(
            "Reruns the reproducibility report on Padam (arXiv 1901.09517) with the Padam.MLNet trainer. Without arguments: the quick tour."
        )
        {
            RunCommand.Create(),
            EvaluateCommand.Create(),
            PredictCommand.Create(),
            ExportCommand.Create(),
            VerifyCommand.Create(),
            ExperimentCommand.Create(),
            ReportCommand.Create(),
            DataCommand.Create(),
            NewCommand.Create(),
            DoctorCommand.Create(),
            CompletionCommand.Create(),
        };
        root.Options.OfType<VersionOption>().Single().Action = new VersionAction();
        root.SetAction((_, cancel) => Task.FromResult(Tour.Run(cancel)));
        return root;
    }
}
