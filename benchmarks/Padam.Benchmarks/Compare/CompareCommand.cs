using System.CommandLine;
using Padam.MLNet;
using Padam.MLNet.Native;
using TorchSharp;

namespace Padam.Benchmarks.Compare;

/// <summary>
/// Runs our training step, optimizer step and scoring and the peers' in turn, and puts the medians side by side with the limit of the
/// machine. The peers: the authors' networks in TorchSharp's own modules on the same libtorch, in plain and in channels-last layout, and in
/// PyTorch where python3-torch is installed.
/// </summary>
internal static class CompareCommand
{
    internal static Command Create()
    {
        Option<string> backbone = Options.Backbone();
        Option<int> steps = Options.Count("--steps", 5, "Training steps a round."),
            rounds = Options.Count("--rounds", 5, "Rounds; each runs all sides. The median counts.");
        Option<int> batch = Options.Count("--batch", 128, "Images a step."),
            threads = Options.Count("--threads", Environment.ProcessorCount, "Threads of each side, and of the matrix product.");
        Option<ConvolutionAlgorithm> convolution = new("--convolution")
        {
            DefaultValueFactory = _ => ConvolutionAlgorithm.Auto,
            Description = "How we convolve. The default value is Auto.",
        };
        Option<string> python = new("--python")
        {
            DefaultValueFactory = _ => PyTorch.DefaultPython,
            Description = "The python that has PyTorch.",
        };
        Command command = new(
            "compare",
            "Our training step beside libtorch's and PyTorch's, in turn, and beside the floor of direct convolution."
        )
        {
            backbone,
            steps,
            rounds,
            batch,
            threads,
            convolution,
            python,
        };
        command.SetAction(parsed =>
            Run(
                parsed.GetRequiredValue(backbone),
                parsed.GetValue(steps),
                parsed.GetValue(rounds),
                parsed.GetValue(batch),
                parsed.GetValue(threads),
                parsed.GetValue(convolution),
                parsed.GetValue(python)!
            )
        );
        return command;
    }

    private static void Run(string backbone, int steps, int rounds, int batch, int threads, ConvolutionAlgorithm convolution, string python)
    {
        NativeLibraries.EnsureLoaded();
        torch.set_num_threads(threads);
        string[] common = [ServeCommand.Name, "--backbone", backbone, "--threads", $"{threads}", "--batch", $"{batch}"];
        using Contestant ours = Contestant.StartSelf("ours", null, [.. common, "--convolution", $"{convolution}"]),
            plain = Contestant.StartSelf("libtorch", "plain", [.. common, "--libtorch"]),
            channelsLast = Contestant.StartSelf("libtorch", "channels-last", [.. common, "--libtorch", "--channels-last"]);
        using Contestant? pyTorch = PyTorch.IsInstalled(python)
            ? Contestant.Start("pytorch", "plain", PyTorch.Command(python, backbone, threads, batch))
            : null;
        if (pyTorch is null)
            Console.WriteLine(PyTorch.HowToInstall);
        Contestant[] all = pyTorch is null ? [ours, plain, channelsLast] : [ours, plain, channelsLast, pyTorch];

        List<double> gflops = [];
        InTurn(all, "step", 2, counts: false);
        for (int round = 0; round < rounds; round++)
        {
            InTurn(all, "step", steps);
            gflops.Add(Machine.MatrixProductGflops());
        }

        // Before scoring, which has buffers of its own.
        InTurn(all, "memory");
        InTurn(all, "optimizer", 2, counts: false);
        for (int round = 0; round < rounds; round++)
            InTurn(all, "optimizer", 4 * steps);
        InTurn(all, "score", 2 * batch, counts: false);
        for (int round = 0; round < rounds; round++)
            InTurn(all, "score", Math.Min(2 * steps, Ours.Batches) * batch);
        Console.WriteLine(Comparison.Of(backbone, ours, all[1..], gflops, Machine.StepGflop(backbone, batch)).ToJson());
    }

    // One side after the other: they share the cores.
    private static void InTurn(Contestant[] all, string question, int? number = null, bool counts = true)
    {
        IEnumerable<string> answers = all.Select(side =>
            $"{side.Name}{(side.Layout is null ? "" : $" ({side.Layout})")} {side.Ask(question, number, counts):G4}"
        );
        string line = $"{question}: {string.Join(", ", answers)}";
        if (counts)
            Console.WriteLine(line);
    }
}
