// Runs every sweep of docs/reliability.md and ends with a table: case, tried, held, figure. Exit code 1 where one does not hold.
//   dotnet run -c Release --project tests/Padam.Reliability [-- --quick] [--only WORD]
using System.Diagnostics;
using Padam.Reliability;
using Spectre.Console;

if (args is ["child", var part, .. var rest])
    return Child.Run(part, rest);

string? only = args.SkipWhile(argument => argument != "--only").ElementAtOrDefault(1);
using var bench = new Bench(args.Contains("--quick") ? 20 : 1);
Case[] cases =
[
    .. new[]
    {
        ModelFileCases.All,
        ReaderCases.All,
        ImageCases.All,
        MemoryCases.All,
        KernelCases.All,
        MachineCases.All,
        InterruptionCases.All,
        LifeCases.All,
        StormCases.All,
        LoadCases.All,
        ConsoleCases.All,
    }
        .SelectMany(all => all)
        .Where(@case => only is null || $"{@case.Topic} {@case.Name}".Contains(only, StringComparison.OrdinalIgnoreCase)),
];
if (cases.Length == 0)
{
    Console.Error.WriteLine($"No case has '{only}' in its name.");
    return 2;
}

var table = new Table().AddColumns("Case", "Tried", "Held", "Figure", "Seconds").Border(TableBorder.Markdown);
int broken = 0;
foreach (Case @case in cases)
{
    long start = Stopwatch.GetTimestamp();
    Outcome outcome;
    try
    {
        outcome = @case.Run(bench);
    }
    catch (Exception fault)
    {
        outcome = new(
            1,
            0,
            $"{fault.GetType().Name}: {fault.Message} "
                + $"{fault.StackTrace?.Split('\n').FirstOrDefault(line => line.Contains("Padam", StringComparison.Ordinal))?.Trim()}"
        );
    }

    string seconds = Stopwatch.GetElapsedTime(start).TotalSeconds.ToString("0.0");
    if (outcome.Held < outcome.Tried)
        broken++;
    table.AddRow([
        .. new[] { $"{@case.Topic}: {@case.Name}", $"{outcome.Tried}", $"{outcome.Held}", outcome.Figure, seconds }.Select(Markup.Escape),
    ]);
    Console.Error.WriteLine(
        $"{(outcome.Held < outcome.Tried ? "BROKEN " : "")}{@case.Topic}: {@case.Name}: {outcome.Held} of {outcome.Tried} "
            + $"({outcome.Figure}; {seconds} s)"
    );
}

AnsiConsole.Profile.Width = 240;
AnsiConsole.Write(table);
AnsiConsole.WriteLine(broken == 0 ? "All held." : $"{broken} did not hold.");
return broken == 0 ? 0 : 1;
