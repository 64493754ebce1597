using Microsoft.ML;
using Padam.MLNet.Backbones;
using Padam.MLNet.Data;
using Padam.MLNet.Input;
using Padam.MLNet.Optimizers;
using Padam.MLNet.Persistence;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Training;

/// <summary>Trainings on mixed images, against a loop over soft labels written here.</summary>
[TestClass]
public sealed class MixingTests
{
    private const int Epochs = 4,
        Seed = 7;
    private readonly MLContext _mlContext = new();
    private readonly WeightedRow[] _rows = WeightedRow.Twelve(i => (uint)(i < 5 ? 0 : i % WeightedRow.Classes));

    [TestMethod]
    public void Mixup() => Check(_ => 1, new(Mixup: 1), _ => { });

    [TestMethod]
    public void CutMix() => Check(_ => 1, new(CutMix: 1), options => options.LabelSmoothing = 0.1);

    [TestMethod]
    public void One_of_both_with_example_and_class_weights_and_smoothed_labels() =>
        Check(
            row => row.Weight * new[] { 0.5, 3, 2, 1 }[row.Label],
            new(Mixup: 0.4, CutMix: 1),
            options =>
                (options.ExampleWeightColumnName, options.Loss) = (
                    "Weight",
                    new() { ClassWeights = ClassWeights.Of(0.5, 3, 2, 1), LabelSmoothing = 0.2 }
                )
        );

    [TestMethod]
    public void Frozen_layers_are_not_kept_where_images_are_mixed()
    {
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        (options.Backbone, options.FrozenLayers) = (Backbone.Parse("vgg-small"), ["features"]);
        options.Augmentation = new() { Mixing = new(Mixup: 0.2) };
        options.ProgressCallback = progress => Assert.AreEqual(TrainingStage.Training, progress.Stage);
        _mlContext.Padam().ImageClassifier(options).Fit(Rows.View(_mlContext, Rows.Of(20))).Dispose();
    }

    private void Check(Func<WeightedRow, double> weight, Mixing mixing, Action<ImageClassificationOptions> change)
    {
        List<(double Loss, double Accuracy)> seen = [];
        var options = new ImageClassificationOptions
        {
            Backbone = PooledLinear.Backbone,
            Optimizer = new SgdOptions { LearningRate = 0.05, WeightDecay = 0 },
            Epochs = Epochs,
            BatchSize = 100,
            Seed = Seed,
            Normalization = PooledLinear.Scale,
            Augmentation = new() { Mixing = mixing },
        };
        change(options);
        options.MetricsCallback = metrics => seen.Add((metrics.Loss, metrics.Accuracy));
        using ImageClassificationTransformer model = _mlContext.Padam().ImageClassifier(options).Fit(WeightedRow.View(_mlContext, _rows));
        using DisposeScope scope = NewDisposeScope();

        ((double Loss, double Accuracy)[] expected, Dictionary<string, Tensor> state) = Loop(weight, mixing, options);

        using var folder = new TemporaryFolder();
        model.SaveWeights(folder["weights"], WeightsFormat.Safetensors);
        foreach ((string name, Tensor actual) in Safetensors.Read(folder["weights"]))
            Assert.IsLessThan(1e-4, (actual - state[name]).abs().max().ToDouble(), name);
        for (int epoch = 0; epoch < Epochs; epoch++)
        {
            Assert.AreEqual(expected[epoch].Loss, seen[epoch].Loss, 1e-4, $"epoch {epoch + 1}");
            Assert.AreEqual(expected[epoch].Accuracy, seen[epoch].Accuracy, 1e-12, $"epoch {epoch + 1}");
        }
    }

    private ((double, double)[], Dictionary<string, Tensor>) Loop(
        Func<WeightedRow, double> weight,
        Mixing mixing,
        ImageClassificationOptions options
    )
    {
        random.manual_seed(Seed);
        nn.Module<Tensor, Tensor> network = PooledLinear.Backbone.Build(WeightedRow.Classes);
        optim.Optimizer optimizer = options.Optimizer.Create(network.named_parameters());
        var metrics = new (double, double)[Epochs];
        for (int epoch = 1; epoch <= Epochs; epoch++)
        {
            WeightedRow[] rows = [.. Order.Shuffled(_rows.Length, Seed, epoch).Select(row => _rows[row])];
            SplitMix64 draws = AugmentationPart.Mixing.Of(Seed, epoch, 0);
            var mixture = BatchMixture.Draw(mixing, new(32, 32), ref draws);
            Tensor images = PooledLinear.Normalized(rows);
            Tensor partners = images.roll(1, 0),
                own = full([1, 1, 32, 32], mixture.Share);
            if (mixture.Box is { } box)
            {
                own = ones(1, 1, 32, 32);
                own.narrow(2, box.Top, box.Height).narrow(3, box.Left, box.Width).zero_();
            }

            Tensor logarithms = nn.functional.log_softmax(network.forward((images * own) + (partners * (1 - own))), 1);
            (Tensor sum, double total, int right) = (zeros(1), 0, 0);
            for (int i = 0; i < rows.Length; i++)
            {
                WeightedRow partner = rows[(i + rows.Length - 1) % rows.Length];
                foreach ((WeightedRow row, double share) in new[] { (rows[i], mixture.Share), (partner, 1 - mixture.Share) })
                {
                    Tensor loss =
                        -((1 - options.LabelSmoothing) * logarithms[i, (long)row.Label]) - (options.LabelSmoothing * logarithms[i].mean());
                    sum += share * weight(row) * loss;
                    total += share * weight(row);
                }

                uint majority = mixture.Share >= 0.5 ? rows[i].Label : partner.Label;
                right += logarithms[i].argmax().item<long>() == majority ? 1 : 0;
            }

            optimizer.zero_grad();
            (sum / total).backward();
            optimizer.step();
            metrics[epoch - 1] = ((sum / total).ToDouble(), (double)right / rows.Length);
        }

        return (metrics, network.state_dict());
    }
}
