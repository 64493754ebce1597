using System.CommandLine;
using Padam.Benchmarks.Compare;
using Padam.MLNet;
using Padam.MLNet.Native;
using TorchSharp;

namespace Padam.Benchmarks.Convolutions;

/// <summary>
/// Every convolution of a network by itself, ours and libtorch's in turn, beside what its multiplications would take at the rate of a
/// matrix product: where the time of a step goes.
/// </summary>
internal static class ConvolutionsCommand
{
    internal static Command Create()
    {
        Option<string> backbone = Options.Backbone();
        Option<int> rounds = Options.Count("--rounds", 9, "How often each pass is run. The least time counts."),
            batch = Options.Count("--batch", 128, "Images of a convolution."),
            threads = Options.Count("--threads", Environment.ProcessorCount, "Threads of each side, and of the matrix product.");
        Command command = new(
            "convolutions",
            "Each convolution of a network, ms forward / input gradient / weight gradient: ours, libtorch's, products alone."
        )
        {
            backbone,
            rounds,
            batch,
            threads,
        };
        command.SetAction(parsed =>
        {
            NativeLibraries.EnsureLoaded();
            torch.set_num_threads(parsed.GetValue(threads));
            Run(parsed.GetRequiredValue(backbone), parsed.GetValue(rounds), parsed.GetValue(batch));
        });
        return command;
    }

    private static void Run(string backbone, int rounds, int batch)
    {
        List<double> gflops = [Machine.MatrixProductGflops()];
        (double ours, double libtorch, double products) = (0, 0, 0);
        Console.WriteLine("| convolution | times | ours | libtorch | products |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        foreach (IGrouping<ConvolutionSize, ConvolutionSize> same in ConvolutionSize.Of(backbone).GroupBy(size => size))
        {
            (double[] oursPasses, double[] libtorchPasses) = Measure(same.Key, rounds, batch);
            gflops.Add(Machine.MatrixProductGflops());
            double product = 1000 * batch * same.Key.Gflop / Statistics.Median(gflops);
            Console.WriteLine($"| {same.Key} | {same.Count()} | {Passes(oursPasses)} | {Passes(libtorchPasses)} | {product:0.0} |");
            ours += same.Count() * InStep(same.Key, oursPasses);
            libtorch += same.Count() * InStep(same.Key, libtorchPasses);
            products += same.Count() * InStep(same.Key, [product, product, product]);
        }

        Console.WriteLine(
            $"A step's, ms: ours {ours:0}, libtorch {libtorch:0}, products {products:0} ({Statistics.Median(gflops):0} GFLOP/s)."
        );
    }

    // The images need no gradient.
    private static double InStep(ConvolutionSize size, double[] passes) => passes.Sum() - (size.Inputs == 3 ? passes[1] : 0);

    private static (double[] Ours, double[] Libtorch) Measure(ConvolutionSize size, int rounds, int batch)
    {
        using ConvolutionPasses ours = new(size, batch, ConvolutionAlgorithm.Auto),
            libtorch = new(size, batch, ConvolutionAlgorithm.Direct);
        for (int round = 0; round < rounds; round++)
        {
            ours.MeasureOnce();
            libtorch.MeasureOnce();
        }

        return (ours.Least, libtorch.Least);
    }

    private static string Passes(double[] milliseconds) => string.Join(" / ", milliseconds.Select(value => $"{value:0.0}"));
}
