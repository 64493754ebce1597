using Padam.MLNet.Backbones;
using Padam.MLNet.Optimizers;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Runs;

[TestClass]
public sealed class RecipeTests
{
    [TestMethod]
    public void The_rate_falls_where_each_codebase_lets_it_fall()
    {
        CollectionAssert.AreEqual(new[] { 99, 149 }, Recipe.Authors.Milestones(200).ToArray());
        CollectionAssert.AreEqual(new[] { 50, 100, 150 }, Recipe.Report.Milestones(200).ToArray());
        CollectionAssert.AreEqual(new[] { 50, 75 }, Recipe.Authors.Milestones(100).ToArray());
        CollectionAssert.AreEqual(Array.Empty<int>(), Recipe.Report.Milestones(1).ToArray());
        CollectionAssert.AreEqual(new[] { 1, 2 }, Recipe.Report.Milestones(3).ToArray(), "1.5 and 2.25 are both the second");
    }

    [TestMethod]
    public void One_that_is_not_there_is_refused_with_those_that_are() =>
        StringAssert.StartsWith(
            Assert.ThrowsExactly<ArgumentException>(() => Recipe.Parse("soup")).Message,
            "There is no recipe 'soup'. Known are authors, report, airbench."
        );

    [TestMethod]
    public void Only_the_report_starts_its_optimizer_afresh()
    {
        Assert.IsNull(Recipe.Authors.RestartEpochs(200, null));
        Assert.AreEqual(50, Recipe.Report.RestartEpochs(200, null));
        Assert.AreEqual(1, Recipe.Report.RestartEpochs(1, null), "a quarter of an epoch is one");
        Assert.AreEqual(30, Recipe.Report.RestartEpochs(90, [30, 60]));
        Assert.IsNull(Recipe.Report.RestartEpochs(30, []));
    }

    [TestMethod]
    public void At_uneven_distances_it_starts_afresh_at_each_milestone()
    {
        Assert.IsNull(Recipe.Report.RestartEpochs(30, [15, 23, 27]));
        CollectionAssert.AreEqual(new[] { 15, 23, 27 }, Recipe.Report.Restarts([15, 23, 27]).ToArray());
        foreach (IReadOnlyList<int>? even in new IReadOnlyList<int>?[] { null, [], [50], [5, 10, 15] })
            Assert.IsEmpty(Recipe.Report.Restarts(even));
        Assert.IsEmpty(Recipe.Authors.Restarts([15, 23, 27]));
    }

    [TestMethod]
    public void The_reports_decay_is_in_the_loss_and_the_authors_is_in_the_gradient()
    {
        var padam = new PadamOptions();
        Assert.AreEqual((5e-4, 0.0), (Recipe.Authors.Apply(padam).WeightDecay, Recipe.Authors.KernelL2(padam)));
        Assert.AreEqual((0.0, 5e-4), (Recipe.Report.Apply(padam).WeightDecay, Recipe.Report.KernelL2(padam)));

        PadamOptions decoupled = padam with { DecoupledWeightDecay = true };
        Assert.AreEqual((5e-4, 0.0), (Recipe.Report.Apply(decoupled).WeightDecay, Recipe.Report.KernelL2(decoupled)));
        Assert.AreEqual(0.025, Recipe.Report.Apply(new AdamWOptions()).WeightDecay);
    }

    [TestMethod]
    public void Epsilon_stands_where_each_codebase_puts_it()
    {
        Assert.AreEqual(EpsilonPlacement.InsideRoot, ((PadamOptions)Recipe.Authors.Apply(new PadamOptions())).EpsilonPlacement);
        Assert.AreEqual(EpsilonPlacement.OutsideRoot, ((PadamOptions)Recipe.Report.Apply(new PadamOptions())).EpsilonPlacement);
        Assert.IsFalse(((AdamOptions)Recipe.Authors.Apply(new AdamOptions())).UncorrectedEpsilon);
        Assert.IsTrue(((AmsGradOptions)Recipe.Report.Apply(new AmsGradOptions())).UncorrectedEpsilon);
    }

    [TestMethod]
    public void Networks_get_each_codebases_initialisation_and_batch_normalisation()
    {
        Assert.AreEqual(new BackboneSettings(), Recipe.Authors.Apply(Backbone.Parse("vgg16")).Settings);
        Assert.AreEqual((Initialization.Glorot, 0.01, 1e-3), Parts(Recipe.Report.Apply(Backbone.Parse("vgg16")).Settings));
        Assert.AreEqual((Initialization.VarianceScaling, 0.003, 1e-5), Parts(Recipe.Report.Apply(Backbone.Parse("resnet18")).Settings));
        Assert.AreEqual((Initialization.UnitNormal, 0.01, 1e-3), Parts(Recipe.Report.Apply(Backbone.Parse("wrn-16-4-report")).Settings));
    }

    private static (Initialization, double, double) Parts(BackboneSettings settings) =>
        (settings.Initialization, settings.BatchNormMomentum, settings.BatchNormEpsilon);
}
