using System.CommandLine;
using System.Globalization;
using Padam.MLNet.Backbones;
using Padam.MLNet.Layers;
using static TorchSharp.torch;

namespace Padam.Benchmarks.Cluster;

/// <summary><c>cluster</c>: what docs/cluster.md says that a step's sums take on so many nodes.</summary>
internal static class ClusterCommand
{
    private static readonly int[] Nodes = [2, 4, 8, 16, 32, 64];

    // Of Open MPI over TCP: some tens of microseconds, whatever the cards.
    private static readonly (string Name, StepCost Cost)[] Networks =
    [
        ("1 Gbit/s", new(50e-6, 1e9 / 8)),
        ("10 Gbit/s", new(50e-6, 10e9 / 8)),
        ("100 Gbit/s", new(20e-6, 100e9 / 8)),
    ];

    public static Command Create()
    {
        var command = new Command("cluster", "The model of what the sums of a step take over ranks, as a table.");
        command.SetAction(_ => Show());
        return command;
    }

    private static void Show()
    {
        Console.WriteLine($"| | parameters | network | {string.Join(" | ", Nodes.Select(nodes => $"{nodes} nodes"))} |");
        Console.WriteLine($"| --- | --- | --- |{string.Concat(Nodes.Select(_ => " --- |"))}");
        foreach (string name in new[] { "vgg16", "resnet18", "wrn-16-4" })
        {
            using nn.Module<Tensor, Tensor> network = Backbone.Parse(name).Build(classes: 10);
            long parameters = network.parameters().Sum(parameter => parameter.numel());
            int layers = network.modules().OfType<BatchNorm>().Distinct().Count();
            foreach ((string link, StepCost cost) in Networks)
                Console.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"| {name} | {parameters:N0} | {link} | {string.Join(" | ", Nodes.Select(nodes => Cell(cost, nodes)))} |"
                    )
                );

            string Cell(StepCost cost, int nodes) =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{1e3 * cost.Gradients(nodes, parameters):F0} + {1e3 * cost.Normalizations(nodes, layers):F0} ms"
                );
        }
    }
}
