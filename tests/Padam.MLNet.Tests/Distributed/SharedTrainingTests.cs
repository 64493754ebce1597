using Microsoft.ML;
using Padam.MLNet.Persistence;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Distributed;

/// <summary>A training on several ranks, which are threads here, beside the same on one.</summary>
[TestClass]
public sealed class SharedTrainingTests
{
    // Twenty steps of singles, each rounded by 6e-8.
    private const double Rounded = 1e-5;

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow("vgg-small", 1)]
    [DataRow("vgg-small", 2)]
    [DataRow("vgg-small", 4)]
    [DataRow("resnet18", 2)]
    [DataRow("resnet18", 4)]
    public void Where_normalisation_is_synchronized_any_number_of_ranks_trains_as_one_process(string backbone, int size)
    {
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> alone = Trained(1, _ => TwentySteps.Options(backbone, null, synchronized: false)),
            shared = Trained(size, ranks => TwentySteps.Options(backbone, ranks, synchronized: true)),
            otherwise = Trained(
                1,
                _ =>
                {
                    ImageClassificationOptions options = TwentySteps.Options(backbone, null, synchronized: false);
                    options.ConvolutionAlgorithm = ConvolutionAlgorithm.Direct;
                    return options;
                }
            );

        // How far apart rounding alone carries two trainings, the same one shows with convolutions that round otherwise.
        double rounding = Apart(alone, otherwise, "one process, other convolutions");
        Assert.IsLessThanOrEqualTo(Math.Max(Rounded, 2 * rounding), Apart(alone, shared, $"{backbone}, {size} ranks"));
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(4)]
    public void Else_each_share_is_normalised_as_a_batch_of_its_own(int size)
    {
        using DisposeScope scope = NewDisposeScope();
        // One process that adds up the gradients of as many batches, of the size of a share.
        Dictionary<string, Tensor> alone = Trained(
                1,
                _ =>
                {
                    ImageClassificationOptions options = TwentySteps.Options("vgg-small", null, synchronized: false);
                    options.BatchSize = TwentySteps.BatchSize / size;
                    options.Compute = new() { AccumulateBatches = size };
                    return options;
                },
                images: 4 * TwentySteps.BatchSize
            ),
            shared = Trained(
                size,
                ranks => TwentySteps.Options("vgg-small", ranks, synchronized: false),
                images: 4 * TwentySteps.BatchSize
            ),
            whole = Trained(1, _ => TwentySteps.Options("vgg-small", null, synchronized: false), images: 4 * TwentySteps.BatchSize);

        double apart = Apart(alone, shared, $"{size} shares beside {size} batches");
        Assert.IsLessThan(0.01 * Apart(whole, shared, $"{size} shares beside the whole batch"), apart);
    }

    [TestMethod]
    public void Ranks_end_with_the_same_bytes_and_do_so_again()
    {
        string[] Hashes() =>
            ThreadRanks.Run(
                3,
                ranks =>
                {
                    var mlContext = new MLContext();
                    return TinyImages.TrainedHash(
                        mlContext,
                        TwentySteps.Options("vgg-small", ranks, synchronized: false),
                        TwentySteps.View(mlContext)
                    );
                }
            );
        Assert.HasCount(1, Hashes().Concat(Hashes()).Distinct().ToArray());
    }

    // The last rank's weights.
    private static Dictionary<string, Tensor> Trained(
        int size,
        Func<Communicator, ImageClassificationOptions> options,
        int images = TwentySteps.Images
    )
    {
        using var folder = new TemporaryFolder();
        ThreadRanks.Run(
            size,
            ranks =>
            {
                var mlContext = new MLContext();
                using ImageClassificationTransformer model = mlContext
                    .Padam()
                    .ImageClassifier(options(ranks))
                    .Fit(TwentySteps.View(mlContext, images));
                if (ranks.Rank == size - 1)
                    model.SaveWeights(folder["weights.safetensors"], WeightsFormat.Safetensors);
                return true;
            }
        );
        using FileStream file = File.OpenRead(folder["weights.safetensors"]);
        return Safetensors.Read(file, file.Name).ToDictionary(entry => entry.Name, entry => entry.Tensor);
    }

    // All trained weights as one vector, relative to its length. (Running statistics, which no step trains, are the first share's.)
    private double Apart(Dictionary<string, Tensor> expected, Dictionary<string, Tensor> actual, string what)
    {
        double Length(Func<string, Tensor> of) =>
            Math.Sqrt(
                expected
                    .Keys.Where(name => !name.Contains("running_") && !name.Contains("num_batches"))
                    .Sum(name => of(name).to(ScalarType.Float64).pow(2).sum().item<double>())
            );
        double apart = Length(name => expected[name] - actual[name]) / Length(name => expected[name]);
        TestContext.WriteLine($"{what}: weights {apart:E1} of themselves apart");
        return apart;
    }
}
