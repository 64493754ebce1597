using Padam.MLNet.Optimizers;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Runs;

[TestClass]
public sealed class OptimizerSettingsTests
{
    [TestMethod]
    public void Every_optimizer_of_the_library_can_be_named() =>
        CollectionAssert.AreEqual(
            OptimizerSettings.Names.ToArray(),
            OptimizerSettings.Names.Select(name => new OptimizerSettings(name).Options().Name).ToArray()
        );

    [TestMethod]
    [DataRow("padam")]
    [DataRow("adam")]
    [DataRow("amsgrad")]
    [DataRow("adamw")]
    [DataRow("yogi")]
    [DataRow("adabound")]
    public void What_is_asked_for_reaches_the_optimizer_and_the_rest_stays(string name)
    {
        var table = (AdaptiveOptions)OptimizerOptionsBase.Parse(name);
        Assert.AreEqual(table, new OptimizerSettings(name).Options());
        foreach (
            (OptimizerSettings asked, AdaptiveOptions expected) in new[]
            {
                (new OptimizerSettings(name) { LearningRate = 0.25 }, table with { LearningRate = 0.25 }),
                (new OptimizerSettings(name) { WeightDecay = 0.25 }, table with { WeightDecay = 0.25 }),
                (new OptimizerSettings(name) { Beta1 = 0.25 }, table with { Beta1 = 0.25 }),
                (new OptimizerSettings(name) { Beta2 = 0.25 }, table with { Beta2 = 0.25 }),
            }
        )
        {
            Assert.AreEqual(expected, asked.Options());
            Assert.AreEqual(expected, asked.Resolved().Options(), "resolved, it is the same");
            Assert.AreEqual(
                (expected.LearningRate, expected.WeightDecay, expected.Beta1, expected.Beta2),
                (asked.Resolved().LearningRate, asked.Resolved().WeightDecay, asked.Resolved().Beta1, asked.Resolved().Beta2)
            );
        }
    }

    [TestMethod]
    public void Sgd_takes_rate_and_decay()
    {
        var asked = new OptimizerSettings("sgd") { LearningRate = 0.25, WeightDecay = 0.5 };
        Assert.AreEqual(new SgdOptions { LearningRate = 0.25, WeightDecay = 0.5 }, asked.Options());
        Assert.AreEqual(asked, asked.Resolved());
    }

    [TestMethod]
    public void Padam_takes_a_partial_and_a_decoupled_decay()
    {
        var asked = new OptimizerSettings("padam") { Partial = 0.25, DecoupledWeightDecay = true };
        Assert.AreEqual(new PadamOptions { Partial = 0.25, DecoupledWeightDecay = true }, asked.Options());
        Assert.AreEqual((0.25, true), (asked.Resolved().Partial, asked.Resolved().DecoupledWeightDecay));
        Assert.IsNull(
            new OptimizerSettings("padam") { DecoupledWeightDecay = false }
                .Resolved()
                .DecoupledWeightDecay
        );
    }

    [TestMethod]
    public void What_an_optimizer_has_not_is_refused()
    {
        Refused(new("adam") { Partial = 0.25 }, "Only padam has a partial.");
        Refused(new("adamw") { DecoupledWeightDecay = true }, "Only padam has a choice of decoupled weight decay.");
        Refused(new("sgd") { Beta1 = 0.9 }, "sgd has no beta1 and no beta2.");
        Refused(new("sgd") { Beta2 = 0.9 }, "sgd has no beta1 and no beta2.");
        Refused(new("yogi") { Beta1 = 1 }, "Beta1 must be at least 0 and below 1, but is 1.");
    }

    private static void Refused(OptimizerSettings asked, string fault) =>
        StringAssert.EndsWith(
            Assert.ThrowsExactly<ArgumentException>(() => asked.Options()).Message,
            $"The settings of {asked.Name} cannot be used. {fault}"
        );
}
