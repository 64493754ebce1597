using Microsoft.ML;
using Padam.MLNet.Backbones;
using Padam.MLNet.Optimizers;
using Padam.MLNet.Schedules;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Training;

/// <summary>What the metrics say of rates; that the optimizer has them is in <see cref="HandWrittenLoopTests"/>.</summary>
[TestClass]
public sealed class RatesTests
{
    private readonly MLContext _mlContext = new();

    [TestMethod]
    public void The_metrics_tell_each_epochs_first_rate_and_p()
    {
        (double[] rates, double?[] partials) = Rates(
            new PadamOptions { LearningRate = 0.1, Partial = 0.1 },
            Schedule.MultiStep([1, 3]),
            Schedule.Linear(1, 5)
        );

        AreClose([0.1, 0.01, 0.01, 0.001], rates);
        AreClose([0.1, 0.2, 0.3, 0.4], [.. partials.Select(p => p!.Value)]);
    }

    [TestMethod]
    public void Without_a_schedule_of_its_own_p_stays() =>
        AreClose(
            [0.25, 0.25, 0.25, 0.25],
            [.. Rates(new PadamOptions { Partial = 0.25 }, Schedule.MultiStep([1]), null).Partials.Select(p => p!.Value)]
        );

    [TestMethod]
    public void Other_optimizers_have_no_p() =>
        Assert.IsTrue(Rates(new AdamOptions(), Schedule.Constant, null).Partials.All(p => p is null));

    [TestMethod]
    public void A_restarted_optimizer_goes_on_where_the_schedule_is()
    {
        (double[] rates, _) = Rates(new SgdOptions { LearningRate = 1e-3 }, Schedule.MultiStep([1, 3]), null, restart: 1);

        AreClose([1e-3, 1e-4, 1e-4, 1e-5], rates);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true, DisplayName = "though nothing is trained any more")]
    public void What_a_rule_has_done_training_takes_no_gradient_any_more(bool all)
    {
        List<bool> needed = [];
        Backbone.Register(
            "watched",
            classes =>
                nn.Sequential(
                    ("first", nn.Conv2d(3, 4, 4, stride: 4)),
                    ("watch", new Watch(needed)),
                    ("flat", nn.Flatten()),
                    ("linear", nn.Linear(4 * 8 * 8, classes))
                )
        );
        ImageClassificationOptions options = TinyImages.Options(epochs: 4);
        (options.Backbone, options.BatchSize) = (Backbone.Parse("watched"), 40);
        options.Optimizer = new SgdOptions { LearningRate = 0.01, Rules = [ParameterRule.For("first.*", epochs: 2)] };
        if (all)
            options.Optimizer = options.Optimizer with { Rules = [.. options.Optimizer.Rules, ParameterRule.For("linear.*", epochs: 3)] };

        using ImageClassificationTransformer model = _mlContext.Padam().ImageClassifier(options).Fit(Rows.View(_mlContext, Rows.Of(40)));

        CollectionAssert.AreEqual(new[] { true, true, false, false }, needed.TakeLast(4).ToArray());
    }

    private (double[] Rates, double?[] Partials) Rates(
        OptimizerOptionsBase optimizer,
        Schedule schedule,
        Schedule? partial,
        int? restart = null
    )
    {
        List<EpochMetrics> seen = [];
        ImageClassificationOptions options = TinyImages.Options(epochs: 4);
        (options.Optimizer, options.Schedule, options.PartialSchedule, options.OptimizerRestartEpochs, options.MetricsCallback) = (
            optimizer,
            schedule,
            partial,
            restart,
            seen.Add
        );
        TinyImages.TrainedHash(_mlContext, options, Rows.View(_mlContext, Rows.Of(40)));
        return ([.. seen.Select(metrics => metrics.LearningRate)], [.. seen.Select(metrics => metrics.Partial)]);
    }

    private static void AreClose(double[] expected, double[] actual)
    {
        Assert.HasCount(expected.Length, actual);
        for (int i = 0; i < expected.Length; i++)
            Assert.AreEqual(expected[i], actual[i], 1e-12);
    }

    /// <summary>Hands its input on, and notes whether a gradient must come back.</summary>
    private sealed class Watch(List<bool> needed) : nn.Module<Tensor, Tensor>(nameof(Watch))
    {
        public override Tensor forward(Tensor input)
        {
            needed.Add(input.requires_grad);
            return input.alias();
        }
    }
}
