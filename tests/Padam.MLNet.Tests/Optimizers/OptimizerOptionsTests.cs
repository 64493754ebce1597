using Padam.MLNet.Optimizers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Optimizers;

[TestClass]
public sealed class OptimizerOptionsTests
{
    [TestMethod]
    public void The_defaults_are_the_reports_table()
    {
        var padam = new PadamOptions();
        Assert.AreEqual((0.1, 0.9, 0.999, 5e-4, 0.125), (padam.LearningRate, padam.Beta1, padam.Beta2, padam.WeightDecay, padam.Partial));
        var sgd = new SgdOptions();
        Assert.AreEqual((0.1, 0.9, 5e-4), (sgd.LearningRate, sgd.Momentum, sgd.WeightDecay));
        var adam = new AdamOptions();
        Assert.AreEqual((0.001, 0.9, 0.99, 1e-4), (adam.LearningRate, adam.Beta1, adam.Beta2, adam.WeightDecay));
        var amsgrad = new AmsGradOptions();
        Assert.AreEqual((0.001, 0.9, 0.99, 1e-4), (amsgrad.LearningRate, amsgrad.Beta1, amsgrad.Beta2, amsgrad.WeightDecay));
        var adamw = new AdamWOptions();
        Assert.AreEqual((0.001, 0.9, 0.99, 0.025), (adamw.LearningRate, adamw.Beta1, adamw.Beta2, adamw.WeightDecay));
    }

    [TestMethod]
    [DataRow("padam", typeof(PadamOptions))]
    [DataRow("Adam", typeof(AdamOptions))]
    [DataRow("AMSGRAD", typeof(AmsGradOptions))]
    [DataRow("adamw", typeof(AdamWOptions))]
    [DataRow("sgd", typeof(SgdOptions))]
    [DataRow("yogi", typeof(YogiOptions))]
    [DataRow("adabound", typeof(AdaBoundOptions))]
    public void An_optimizer_is_found_by_name(string name, Type type)
    {
        OptimizerOptionsBase options = OptimizerOptionsBase.Parse(name);
        Assert.AreEqual(type, options.GetType());
        Assert.AreEqual(name.ToLowerInvariant(), options.Name);
    }

    [TestMethod]
    public void An_unknown_name_lists_the_known_ones() =>
        Assert.Contains(
            "There is no optimizer 'adagrad'. Known are padam, adam, amsgrad, adamw, sgd, yogi, adabound.",
            Assert.ThrowsExactly<ArgumentException>(() => OptimizerOptionsBase.Parse("adagrad")).Message
        );

    // A checkpoint compares these texts: a training of an earlier version must find its own again.
    [TestMethod]
    public void The_settings_as_text_are_those_that_checkpoints_hold()
    {
        string[] texts =
        [
            .. new[] { "padam", "adam", "amsgrad", "adamw", "yogi", "adabound" }.Select(name => $"{OptimizerOptionsBase.Parse(name)}"),
        ];
        CollectionAssert.AreEqual(
            new[]
            {
                "PadamOptions { Name = padam, LearningRate = 0.1, WeightDecay = 0.0005, Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1E-08, "
                    + "Partial = 0.125, AmsGrad = True, DecoupledWeightDecay = False, EpsilonPlacement = InsideRoot }",
                "AdamOptions { Name = adam, LearningRate = 0.001, WeightDecay = 0.0001, Beta1 = 0.9, Beta2 = 0.99, Epsilon = 1E-08, "
                    + "UncorrectedEpsilon = False }",
                "AmsGradOptions { Name = amsgrad, LearningRate = 0.001, WeightDecay = 0.0001, Beta1 = 0.9, Beta2 = 0.99, "
                    + "Epsilon = 1E-08, UncorrectedEpsilon = False }",
                "AdamWOptions { Name = adamw, LearningRate = 0.001, WeightDecay = 0.025, Beta1 = 0.9, Beta2 = 0.99, Epsilon = 1E-08 }",
                "YogiOptions { Name = yogi, LearningRate = 0.01, WeightDecay = 0.0005, Beta1 = 0.9, Beta2 = 0.999, Epsilon = 0.001 }",
                "AdaBoundOptions { Name = adabound, LearningRate = 0.001, WeightDecay = 0.0005, Beta1 = 0.9, Beta2 = 0.999, "
                    + "Epsilon = 1E-08, FinalLearningRate = 0.1, Gamma = 0.001, AmsBound = False }",
            },
            texts
        );
        Assert.Contains("AmsGrad = True", $"{new AdamOptions { AmsGrad = true }}");
    }

    [TestMethod]
    public void AmsGradOptions_without_AmsGrad_are_refused() =>
        Assert.Contains(
            "use AdamOptions",
            Assert.ThrowsExactly<ArgumentException>(() => new AmsGradOptions { AmsGrad = false }.Create([])).Message
        );

    [TestMethod]
    public void All_faults_are_reported_together()
    {
        var options = new PadamOptions
        {
            LearningRate = double.NaN,
            WeightDecay = -1,
            Beta1 = 1,
            Beta2 = -0.1,
            Epsilon = double.PositiveInfinity,
            Partial = 0.7,
            EpsilonPlacement = (EpsilonPlacement)5,
        };
        string message = Assert.ThrowsExactly<ArgumentException>(() => options.Create([])).Message;
        foreach (string fault in (string[])["LearningRate", "WeightDecay", "Beta1", "Beta2", "Epsilon", "Partial", "EpsilonPlacement"])
            Assert.Contains(fault + " must be", message);
        Assert.HasCount(7, options.Validate());
    }

    public static IEnumerable<(OptimizerOptionsBase Options, string Fault)> Mistakes =>
        [
            (new AdamOptions { Beta1 = 1 }, "Beta1"),
            (new AdamOptions { Beta1 = -0.1 }, "Beta1"),
            (new AmsGradOptions { Beta2 = 2 }, "Beta2"),
            (new AmsGradOptions { Beta2 = 1 }, "Beta2"),
            (new AdamWOptions { Epsilon = -1 }, "Epsilon"),
            (new PadamOptions { Partial = -0.1 }, "Partial"),
            (new SgdOptions { Momentum = 1 }, "Momentum"),
            (new SgdOptions { Momentum = -0.1 }, "Momentum"),
            (new SgdOptions { Momentum = 0, Nesterov = true }, "Nesterov"),
            (new YogiOptions { Beta1 = double.NaN }, "Beta1"),
            (new AdaBoundOptions { Gamma = 0 }, "Gamma"),
            (new AdaBoundOptions { Gamma = double.PositiveInfinity }, "Gamma"),
            (new AdaBoundOptions { FinalLearningRate = -1 }, "FinalLearningRate"),
            (new CustomOptimizerOptions(p => optim.SGD(p.Select(x => x.Item2), 0.1)) { LearningRate = 0.1 }, "LearningRate"),
            (new CustomOptimizerOptions(p => optim.SGD(p.Select(x => x.Item2), 0.1)) { WeightDecay = 0.1 }, "WeightDecay"),
            (new CustomOptimizerOptions(null!), "Factory"),
            (new AdamOptions { Rules = null! }, "Rules"),
            (new SgdOptions { Rules = [null!] }, "Rules"),
            (new CustomOptimizerOptions(p => optim.SGD(p.Select(x => x.Item2), 0.1)) { Rules = [ParameterRule.LayerDecay(0.5)] }, "Rules"),
        ];

    [TestMethod]
    [DynamicData(nameof(Mistakes))]
    public void A_mistake_is_named(OptimizerOptionsBase options, string fault)
    {
        Assert.Contains(fault, options.Validate().Single());
        Assert.Contains(fault, Assert.ThrowsExactly<ArgumentException>(() => options.Create([])).Message);
    }

    [TestMethod]
    public void A_custom_optimizer_is_what_its_factory_makes()
    {
        using var x = new Parameter(zeros(1));
        using optim.Optimizer optimizer = new CustomOptimizerOptions(p => optim.SGD(p.Select(x => x.Item2), 0.25)).Create([("x", x)]);
        Assert.IsInstanceOfType<SGD>(optimizer);
        Assert.AreEqual(0.25, optimizer.ParamGroups.Single().LearningRate);
        Assert.ThrowsExactly<InvalidOperationException>(() => new CustomOptimizerOptions(_ => null!).Create([]));
    }

    [TestMethod]
    public void Options_are_values_that_say_what_they_are()
    {
        Assert.AreEqual(new PadamOptions { Partial = 0.25 }, new PadamOptions { Partial = 0.25 });
        Assert.AreEqual(
            "SgdOptions { Name = sgd, LearningRate = 0.1, WeightDecay = 0.0005, Momentum = 0.9, Nesterov = False }",
            new SgdOptions().ToString()
        );
    }
}
