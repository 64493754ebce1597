using Padam.Reproduce.Exits;
using Padam.Reproduce.Experiments;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Experiments;

/// <summary>The fast network takes its rates from the runs of its grid.</summary>
[TestClass]
public sealed class ChosenRatesTests
{
    private static readonly Experiment Rates = ExperimentFile.Shipped("fast-network-rates"),
        Fast = ExperimentFile.Shipped("fast-network");
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    /// <summary>Finishes the grid's runs: those of a series with the accuracy that is given for it, others with 60 %.</summary>
    private void Finish(params (string Series, double Accuracy)[] accuracies)
    {
        foreach (PlannedRun run in Planning.Of(Rates, Scale.Full, Recipe.Authors, [1]).Runs)
            FinishedRuns.Write(
                run.Files(_folder.Path),
                run.Settings,
                accuracies.Where(pair => pair.Series == run.Series).Select(pair => pair.Accuracy).SingleOrDefault(0.6)
            );
    }

    private Experiment Chosen() => ChosenRates.In(Fast, Scale.Full, Recipe.Authors, _folder.Path);

    private static double? Rate(Experiment experiment, string series) => experiment.Series.Single(one => one.Name == series).LearningRate;

    [TestMethod]
    public void The_best_of_an_optimizers_last_accuracies_chooses_its_rate_and_the_lower_rate_of_two_that_are_level()
    {
        Finish(("Padam x 3", 0.91), ("Padam x 1", 0.90), ("Adam x 1/3", 0.8), ("SGD x 1", 0.95), ("SGD x 3", 0.95));
        Experiment chosen = Chosen();
        Assert.AreEqual(
            (0.3, 0.0003333, 0.0003333, 0.1, 0.3),
            (Rate(chosen, "Padam"), Rate(chosen, "Adam"), Rate(chosen, "AMSGrad"), Rate(chosen, "SGD"), Rate(chosen, "Padam, p = 1/16"))
        );
        Assert.IsNull(Rate(chosen, "Padam, Table 1's rate"));
    }

    [TestMethod]
    public void A_run_that_diverged_chooses_nothing()
    {
        Finish(("SGD x 3", 0.95));
        PlannedRun[] ofSgd =
        [
            .. Planning.Of(Rates, Scale.Full, Recipe.Authors, [1]).Runs.Where(run => run.Settings.Optimizer.Name == "sgd"),
        ];
        FinishedRuns.Diverge(ofSgd[2].Files(_folder.Path), ofSgd[2].Settings, epoch: 1);
        Assert.AreEqual(0.03333, Rate(Chosen(), "SGD"));

        foreach (PlannedRun run in ofSgd.Take(2))
            FinishedRuns.Diverge(run.Files(_folder.Path), run.Settings, epoch: 1);
        StringAssert.Contains(
            Assert.ThrowsExactly<CommandException>(Chosen).Message,
            "fast-network-rates chooses no rate of sgd: all its runs of it diverged."
        );
    }

    [TestMethod]
    public void Before_the_grid_is_finished_it_is_asked_for()
    {
        Finish();
        PlannedRun last = Planning.Of(Rates, Scale.Full, Recipe.Authors, [1]).Runs[^1];
        File.Delete(last.Files(_folder.Path).Summary);
        string message = Assert.ThrowsExactly<CommandException>(Chosen).Message;
        StringAssert.Contains(message, "has 11 of 12 runs.");
        StringAssert.Contains(message, "`experiment fast-network-rates --scale full --recipe authors --out ");
    }

    [TestMethod]
    public void The_grid_is_Table_1_times_a_third_one_and_three()
    {
        foreach (IGrouping<string, Series> of in Rates.Series.GroupBy(series => series.Optimizer))
        {
            double rate = new OptimizerSettings(of.Key).Options().LearningRate;
            double[] tried = [.. of.Select(series => series.LearningRate!.Value / rate)];
            Assert.HasCount(3, tried);
            foreach ((double expected, double actual) in new[] { 1 / 3.0, 1, 3 }.Zip(tried))
                Assert.AreEqual(expected, actual, 1e-3 * expected);
        }
    }

    [TestMethod]
    public void A_run_at_Table_1s_rate_is_that_of_run_with_the_same_words()
    {
        Finish();
        PlannedRun planned = Planning
            .Of(Chosen(), Scale.Full, Recipe.Authors, [2])
            .Runs.Single(run => run.Series == "AMSGrad, Table 1's rate");
        var same = new RunSettings
        {
            DataSet = "cifar10",
            Backbone = "airbench94",
            Recipe = "authors",
            Optimizer = new("amsgrad"),
            Epochs = 10,
            BatchSize = 128,
            Seed = 2,
        };
        Assert.AreEqual(same.Id(), planned.Id, RunIdentity.Of(same).DifferenceFrom(RunIdentity.Of(planned.Settings).ToDictionary()));
    }
}
