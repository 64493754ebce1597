using System.CommandLine;
using System.CommandLine.Parsing;
using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Commands;

/// <summary>The whole console: words in, exit code out.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        ParseResult parsed = Root().Parse(args);
        if (parsed.Errors.Count > 0)
            return await UsageErrorAsync(parsed, parsed.Errors.Select(error => error.Message).Distinct());

        using var stop = new StopSignals();
        try
        {
            // Signals and failures are handled here, so that their exit codes are ours.
            var settings = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            int code = await parsed.InvokeAsync(settings, stop.Token);
            return stop.Code ?? code;
        }
        catch (OperationCanceledException) when (stop.Code is not null)
        {
            return stop.Code.Value;
        }
        catch (UsageException fault)
        {
            return await UsageErrorAsync(parsed, [fault.Message]);
        }
        catch (Exception failure) when (IsForTheUser(failure))
        {
            await Console.Error.WriteLineAsync(failure.Message.ReplaceLineEndings(" "));
            return ExitCode.Failure;
        }
    }

    private static async Task<int> UsageErrorAsync(ParseResult parsed, IEnumerable<string> errors)
    {
        foreach (string error in errors)
            await Console.Error.WriteLineAsync(error);
        await Console.Error.WriteLineAsync($"`{Words(parsed.CommandResult)} --help` lists the options.");
        return ExitCode.Usage;
    }

    /// <summary>
    /// Failures whose message tells the user what to do; anything else is a fault of the program and shows its stack trace.
    /// </summary>
    private static bool IsForTheUser(Exception failure) =>
        failure
            is CommandException
                or IOException
                or UnauthorizedAccessException
                or InvalidDataException
                or ArgumentException
                or InvalidOperationException
                or NotSupportedException
                or ArithmeticException;

    private static string Words(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{Words(parent)} {command.Command.Name}" : "padam-reproduce";

    private static RootCommand Root()
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
        };
        root.SetAction((_, cancel) => Task.FromResult(Tour.Run(cancel)));
        return root;
    }
}
