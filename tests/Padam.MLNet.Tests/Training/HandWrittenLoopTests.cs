using Microsoft.ML;
using Padam.MLNet.Optimizers;
using Padam.MLNet.Persistence;
using Padam.MLNet.Schedules;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Training;

/// <summary>
/// Each option that acts on a step, against a loop written here with TorchSharp's operators. One batch is the whole set, so that only
/// rounding depends on the order of rows.
/// </summary>
[TestClass]
public sealed class HandWrittenLoopTests
{
    private const int Epochs = 4,
        Seed = 7;
    private static readonly Normalization Scale = new([0.4f, 0.5f, 0.3f], [0.2f, 0.3f, 0.25f]);
    private readonly MLContext _mlContext = new();
    private readonly Row<uint, byte[]>[] _rows = Rows.Of(24);

    [TestMethod]
    public void Plain_training() => Check(_ => { });

    [TestMethod]
    public void Label_smoothing() => Check(options => options.LabelSmoothing = 0.3);

    [TestMethod]
    public void Gradient_clipping() => Check(options => options.GradientClipNorm = 0.05);

    [TestMethod]
    public void Kernel_penalty() => Check(options => options.KernelL2 = 0.05);

    [TestMethod]
    public void Kernel_penalty_is_clipped_with_the_gradient_it_is_part_of() =>
        Check(options => (options.KernelL2, options.GradientClipNorm) = (0.05, 0.05));

    [TestMethod]
    public void Learning_rate_schedule() => Check(options => options.Schedule = Schedule.MultiStep([1, 3]));

    [TestMethod]
    public void Optimizer_restarts() => Check(options => options.OptimizerRestartEpochs = 2);

    [TestMethod]
    public void Optimizer_restarts_after_given_epochs() => Check(options => options.OptimizerRestarts = [1, 3]);

    [TestMethod]
    public void Partial_schedule() =>
        Check(options => (options.Optimizer, options.PartialSchedule) = (new PadamOptions { Partial = 0.1 }, Schedule.Linear(1, 4)));

    [TestMethod]
    public void Weight_decay_is_the_optimizers() => Check(options => options.Optimizer = new SgdOptions { WeightDecay = 0.1 });

    [TestMethod]
    public void An_optimizer_of_ones_own() =>
        Check(options =>
            options.Optimizer = new CustomOptimizerOptions(parameters =>
                optim.SGD(parameters.Select(entry => entry.Item2), 0.03, momentum: 0.5)
            )
        );

    [TestMethod]
    public void Moving_average() => Check(options => options.Averaging = new WeightAverage(0.7));

    [TestMethod]
    [DataRow(1, 0.5, 0)]
    [DataRow(2, 0.6, 0)]
    [DataRow(2, 0.9, 1.5)]
    public void Slow_weights(int every, double decay, double power) =>
        Check(options => options.Averaging = new Lookahead(every, decay, power));

    private void Check(Action<ImageClassificationOptions> change)
    {
        List<double> losses = [];
        var options = new ImageClassificationOptions
        {
            Backbone = TinyImages.Backbone,
            Optimizer = new SgdOptions { LearningRate = 0.05, WeightDecay = 0 },
            Epochs = Epochs,
            BatchSize = 100,
            Seed = Seed,
            Normalization = Scale,
            MetricsCallback = metrics => losses.Add(metrics.Loss),
        };
        string plain = TinyImages.TrainedHash(_mlContext, options, Rows.View(_mlContext, _rows));
        losses.Clear();
        change(options);
        using ImageClassificationTransformer model = _mlContext.Padam().ImageClassifier(options).Fit(Rows.View(_mlContext, _rows));

        using DisposeScope scope = NewDisposeScope();
        (double[] expectedLosses, Dictionary<string, Tensor> expected) = Loop(options);

        using var folder = new TemporaryFolder();
        model.SaveWeights(folder["weights"], WeightsFormat.Safetensors);
        foreach ((string name, Tensor tensor) in Safetensors.Read(folder["weights"]))
        {
            double difference = (tensor - expected[name]).abs().max().ToDouble();
            Assert.IsLessThan(2e-4, difference, name);
        }

        for (int i = 0; i < Epochs; i++)
            Assert.AreEqual(expectedLosses[i], losses[i], 1e-4, $"epoch {i + 1}");
        // The option does something: otherwise this test could not fail.
        bool isPlain =
            options.LabelSmoothing == 0
            && options.GradientClipNorm is null
            && options.KernelL2 == 0
            && options.OptimizerRestartEpochs is null
            && options.OptimizerRestarts.Count == 0
            && options.Averaging is null
            && options.Schedule == Schedule.Constant
            && options.Optimizer == new SgdOptions { LearningRate = 0.05, WeightDecay = 0 };
        Assert.AreEqual(isPlain, plain == TinyImages.Hash(model));
    }

    private (double[] Losses, Dictionary<string, Tensor> State) Loop(ImageClassificationOptions options)
    {
        random.manual_seed(Seed);
        // Disposed at the end, never collected before: TorchSharp's normalisation takes its tensors along when it is finalized.
        using nn.Module<Tensor, Tensor> network = TinyImages.Backbone.Build(10);
        Parameter[] parameters = [.. network.parameters()],
            kernels = [.. parameters.Where(parameter => parameter.dim() > 1)];
        Tensor images = tensor(_rows.SelectMany(row => row.Features).Select(value => value / 255f).ToArray())
            .reshape(_rows.Length, 3, 32, 32);
        images = (images - tensor(Scale.Mean.ToArray()).view(1, 3, 1, 1)) / tensor(Scale.StandardDeviation.ToArray()).view(1, 3, 1, 1);
        Tensor labels = tensor(_rows.Select(row => (long)row.Label).ToArray());
        double[] losses = new double[Epochs];
        optim.Optimizer optimizer = null!;
        double rate = 0;
        Dictionary<string, Tensor> average = Copy(network);
        for (int epoch = 0; epoch < Epochs; epoch++)
        {
            if (
                epoch == 0
                || (options.OptimizerRestartEpochs is { } every && epoch % every == 0)
                || options.OptimizerRestarts.Contains(epoch)
            )
            {
                optimizer = options.Optimizer.Create(network.named_parameters());
                rate = optimizer.ParamGroups.Single().LearningRate;
            }

            optimizer.ParamGroups.Single().LearningRate =
                rate
                * (
                    options.Schedule == Schedule.Constant ? 1
                    : epoch < 1 ? 1
                    : epoch < 3 ? 0.1
                    : 0.01
                );
            if (optimizer is PadamOptimizer padam)
                padam.Partial = 0.1 * (1 + (3.0 * epoch / Epochs));

            Tensor logits = nn.functional.log_softmax(network.forward(images), 1);
            Tensor right = logits.gather(1, labels.unsqueeze(1)).squeeze(1);
            Tensor loss = -((1 - options.LabelSmoothing) * right + options.LabelSmoothing * logits.mean([1])).mean();
            foreach (Parameter kernel in kernels)
                loss += options.KernelL2 * kernel.square().sum();
            optimizer.zero_grad();
            loss.backward();
            if (options.GradientClipNorm is { } largest)
            {
                double norm = Math.Sqrt(parameters.Sum(parameter => parameter.grad!.square().sum().ToDouble()));
                Assert.IsGreaterThan(largest, norm, "the limit must be felt");
                foreach (Parameter parameter in parameters)
                    parameter.grad!.mul_(largest / norm);
            }

            optimizer.step();
            losses[epoch] = loss.ToDouble();
            using IDisposable noGradients = no_grad();
            if (options.Averaging is WeightAverage ema)
                average = Mix(average, network.state_dict(), ema.Decay);
            if (options.Averaging is Lookahead ahead && (epoch + 1) % ahead.Every == 0)
            {
                average = Mix(average, network.state_dict(), ahead.Decay * Math.Pow((epoch + 1.0) / Epochs, ahead.Power));
                foreach ((string name, Tensor live) in network.state_dict())
                    live.copy_(average[name]);
            }
        }

        return (losses, options.Averaging is null ? Copy(network) : average);
    }

    private static Dictionary<string, Tensor> Copy(nn.Module network) =>
        network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone());

    private static Dictionary<string, Tensor> Mix(Dictionary<string, Tensor> average, Dictionary<string, Tensor> state, double decay) =>
        average.ToDictionary(
            entry => entry.Key,
            entry =>
                entry.Value.is_floating_point()
                    ? (entry.Value * decay) + (state[entry.Key].detach() * (1 - decay))
                    : state[entry.Key].clone()
        );
}
