using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Padam.MLNet;
using TorchSharp;

namespace Padam.Benchmarks.Compare;

/// <summary>
/// Serves a side of the comparison that is a .NET program: commands on stdin, one number a command on stdout, as
/// <c>benchmarks/peer/peer.py</c> does.
/// </summary>
internal static class ServeCommand
{
    internal const string Name = "serve";

    internal static Command Create()
    {
        Option<string> backbone = new("--backbone") { Required = true };
        Option<bool> libtorch = new("--libtorch") { Description = "TorchSharp's own modules instead of this library." },
            channelsLast = new("--channels-last");
        Option<ConvolutionAlgorithm> convolution = new("--convolution") { DefaultValueFactory = _ => ConvolutionAlgorithm.Auto };
        Option<int> threads = new("--threads") { Required = true },
            batch = new("--batch") { Required = true };
        Command command = new(Name, "A side of compare: reads 'step N', 'optimizer N', 'score N' and 'memory' from stdin.")
        {
            backbone,
            libtorch,
            channelsLast,
            convolution,
            threads,
            batch,
        };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            torch.set_num_threads(parsed.GetRequiredValue(threads));
            (string name, int images) = (parsed.GetRequiredValue(backbone), parsed.GetRequiredValue(batch));
            using IContestant contestant = parsed.GetValue(libtorch)
                ? new Libtorch(name, images, parsed.GetValue(channelsLast))
                : new Ours(name, parsed.GetValue(convolution), parsed.GetRequiredValue(threads), images);
            Serve(contestant);
        });
        return command;
    }

    private static void Serve(IContestant contestant)
    {
        while (Console.ReadLine() is { } line)
        {
            string[] words = line.Split(' ');
            double answer = words[0] switch
            {
                "step" => contestant.Step(Number(words)),
                "optimizer" => contestant.OptimizerStep(Number(words)),
                "score" => contestant.Score(Number(words)),
                "memory" => Process.GetCurrentProcess().PeakWorkingSet64 / (double)(1 << 20),
                _ => throw new InvalidOperationException($"'{line}' is no command."),
            };
            Console.WriteLine(answer.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static int Number(string[] words) => int.Parse(words[1], CultureInfo.InvariantCulture);
}
