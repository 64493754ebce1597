using System.CommandLine;
using Padam.MLNet;
using Padam.MLNet.Native;
using TorchSharp;

namespace Padam.Benchmarks.Compare;

/// <summary>
/// Runs our training step, optimizer step and scoring and PyTorch's in turn, and puts the medians side by side with the limit of the
/// machine.
/// </summary>
internal static class CompareCommand
{
    internal static Command Create()
    {
        Option<string> backbone = new("--backbone") { Required = true, Description = "vgg16, resnet18 or wrn-16-4." };
        backbone.AcceptOnlyFromAmong("vgg16", "resnet18", "wrn-16-4");
        Option<int> steps = Count("--steps", 5, "Training steps a round."),
            rounds = Count("--rounds", 5, "Rounds; each runs both sides. The median counts.");
        Option<int> batch = Count("--batch", 128, "Images a step."),
            threads = Count("--threads", Environment.ProcessorCount, "Threads of each side, and of the matrix product.");
        Option<ConvolutionAlgorithm> convolution = new("--convolution")
        {
            DefaultValueFactory = _ => ConvolutionAlgorithm.Auto,
            Description = "How we convolve. The default value is Auto.",
        };
        Option<string> python = new("--python")
        {
            DefaultValueFactory = _ => Peer.DefaultPython,
            Description = "The python that has PyTorch.",
        };
        Command command = new("compare", "Our training step beside PyTorch's, in turn, and beside the floor of direct convolution.")
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
        bool hasPeer = Peer.IsInstalled(python);
        if (!hasPeer)
            Console.WriteLine(Peer.HowToInstall);
        using Contestant ours = Contestant.StartSelf(
            OursCommand.Name,
            "--backbone",
            backbone,
            "--threads",
            $"{threads}",
            "--batch",
            $"{batch}",
            "--convolution",
            $"{convolution}"
        );
        using Contestant? peer = hasPeer ? Peer.Start(python, backbone, threads, batch) : null;

        Sides step = new("s/step"),
            optimizer = new("s/optimizer step"),
            scoring = new("images/s"),
            memory = new("MB at most");
        List<double> gflops = [];
        step.Ask(ours, peer, "step 2", counts: false);
        for (int round = 0; round < rounds; round++)
        {
            step.Ask(ours, peer, $"step {steps}");
            gflops.Add(Machine.MatrixProductGflops());
        }

        // Before scoring, which has buffers of its own.
        memory.Ask(ours, peer, "memory");
        optimizer.Ask(ours, peer, "optimizer 2", counts: false);
        for (int round = 0; round < rounds; round++)
            optimizer.Ask(ours, peer, $"optimizer {4 * steps}");
        scoring.Ask(ours, peer, $"score {2 * batch}", counts: false);
        for (int round = 0; round < rounds; round++)
            scoring.Ask(ours, peer, $"score {Math.Min(2 * steps, Ours.Batches) * batch}");
        Console.WriteLine(Comparison.Of(backbone, step, optimizer, scoring, memory, gflops, Machine.StepGflop(backbone, batch)).ToJson());
    }

    private static Option<int> Count(string name, int value, string description)
    {
        Option<int> option = new(name) { DefaultValueFactory = _ => value, Description = $"{description} The default value is {value}." };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
                result.AddError($"{name} must be at least 1.");
        });
        return option;
    }
}
