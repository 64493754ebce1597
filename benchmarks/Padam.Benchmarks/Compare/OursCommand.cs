using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Padam.MLNet;

namespace Padam.Benchmarks.Compare;

/// <summary>
/// Serves our side of the comparison: commands on stdin, one number a command on stdout, as <c>benchmarks/peer/peer.py</c> does.
/// </summary>
internal static class OursCommand
{
    internal const string Name = "ours";

    internal static Command Create()
    {
        Option<string> backbone = new("--backbone") { Required = true };
        Option<ConvolutionAlgorithm> convolution = new("--convolution") { DefaultValueFactory = _ => ConvolutionAlgorithm.Auto };
        Option<int> threads = new("--threads") { Required = true },
            batch = new("--batch") { Required = true };
        Command command = new(Name, "Our side of compare: reads 'step N', 'optimizer N', 'score N' and 'memory' from stdin.")
        {
            backbone,
            convolution,
            threads,
            batch,
        };
        command.Hidden = true;
        command.SetAction(parsed =>
            Serve(
                parsed.GetRequiredValue(backbone),
                parsed.GetValue(convolution),
                parsed.GetRequiredValue(threads),
                parsed.GetRequiredValue(batch)
            )
        );
        return command;
    }

    private static void Serve(string backbone, ConvolutionAlgorithm convolution, int threads, int batch)
    {
        using var ours = new Ours(backbone, convolution, threads, batch);
        while (Console.ReadLine() is { } line)
        {
            string[] words = line.Split(' ');
            double answer = words[0] switch
            {
                "step" => ours.Step(Number(words)),
                "optimizer" => ours.OptimizerStep(Number(words)),
                "score" => ours.Score(Number(words)),
                "memory" => Process.GetCurrentProcess().PeakWorkingSet64 / (double)(1 << 20),
                _ => throw new InvalidOperationException($"'{line}' is no command."),
            };
            Console.WriteLine(answer.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static int Number(string[] words) => int.Parse(words[1], CultureInfo.InvariantCulture);
}
