using Padam.Reproduce.Experiments;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Tests.Runs;

[TestClass]
public sealed class RunIdentityTests
{
    private static readonly RunSettings Settings = Planning
        .Of(ExperimentFile.Shipped("p-schedule"), Scale.Desk, Recipe.Report, [3])
        .Runs.Single(run => run.Series == "p from 1/4 to 1/16, linear")
        .Settings;

    /// <summary>
    /// A change here makes other runs of all that exist: they would be trained again. A setting that is new enters where it is used; a
    /// default that is new is meant to be seen here.
    /// </summary>
    [TestMethod]
    public void The_text_that_an_id_is_made_of_is_pinned()
    {
        const string text = """
            padam-reproduce run 2
            data set: cifar10
            labels: none
            training images: 10000
            test images: 5000
            image size: none
            means: 0.4914 0.4822 0.4465
            standard deviations: 0.2023 0.1994 0.201
            crop padding: 2
            flip: yes
            network: vgg-small
            initialization: Glorot
            batch norm momentum: 0.01
            batch norm epsilon: 0.001
            first weights: drawn
            optimizer: padam
            learning rate: 0.02
            weight decay: 0
            beta1: 0.9
            beta2: 0.999
            epsilon: 1E-08
            p: 0.25
            epsilon placement: OutsideRoot
            amsgrad: yes
            decoupled weight decay: no
            epochs: 20
            batch size: 128
            seed: 3
            rate falls after epochs: 5 10 15
            rate falls to: 0.5
            p falls: linear
            p falls to: 0.25
            optimizer starts afresh after epochs: 5
            kernel L2: 0.0005
            turned as EXIF says: yes
            ground: ff000000
            pixel scale: 255
            label smoothing: 0
            gradient clip norm: none
            frozen layers: none
            validation fraction: 0
            early stopping: none
            best weights: no
            bad images skipped: no
            scoring batch size: 128
            convolutions: Auto

            """;
        Assert.AreEqual(text.ReplaceLineEndings("\n"), RunIdentity.Of(Settings).Text);
        Assert.AreEqual("ad6bacce3ebf", Settings.Id());
    }

    [TestMethod]
    [DataRow(
        "padam",
        "learning rate: 0.1, weight decay: 0.0005, beta1: 0.9, beta2: 0.999, epsilon: 1E-08, p: 0.125, epsilon placement: InsideRoot, "
            + "amsgrad: yes, decoupled weight decay: no"
    )]
    [DataRow(
        "adam",
        "learning rate: 0.001, weight decay: 0.0001, beta1: 0.9, beta2: 0.99, epsilon: 1E-08, uncorrected epsilon: no, amsgrad: no"
    )]
    [DataRow(
        "amsgrad",
        "learning rate: 0.001, weight decay: 0.0001, beta1: 0.9, beta2: 0.99, epsilon: 1E-08, uncorrected epsilon: no, amsgrad: yes"
    )]
    [DataRow("adamw", "learning rate: 0.001, weight decay: 0.025, beta1: 0.9, beta2: 0.99, epsilon: 1E-08")]
    [DataRow("sgd", "learning rate: 0.1, weight decay: 0.0005, momentum: 0.9, nesterov: no")]
    [DataRow("yogi", "learning rate: 0.01, weight decay: 0.0005, beta1: 0.9, beta2: 0.999, epsilon: 0.001")]
    [DataRow(
        "adabound",
        "learning rate: 0.001, weight decay: 0.0005, beta1: 0.9, beta2: 0.999, epsilon: 1E-08, final learning rate: 0.1, "
            + "bound's gamma: 0.001, amsbound: no"
    )]
    public void Each_optimizers_constants_are_in_it(string optimizer, string constants)
    {
        RunSettings settings = Settings with { Recipe = "authors", Optimizer = new OptimizerSettings(optimizer), PartialDecay = null };
        string[] lines = RunIdentity.Of(settings).Text.Split('\n');
        Assert.AreEqual(
            constants,
            string.Join(", ", lines.SkipWhile(line => line != $"optimizer: {optimizer}").Skip(1).TakeWhile(line => line != "epochs: 20"))
        );
    }

    [TestMethod]
    public void First_weights_count_by_what_they_are_not_by_where_they_lie()
    {
        using TemporaryFolder folder = new();
        foreach ((string name, string content) in new[] { ("a", "1"), ("b", "1"), ("c", "2") })
            File.WriteAllText(folder[name], content);
        string IdOf(string name) => (Settings with { Weights = folder[name] }).Id();

        Assert.AreEqual(IdOf("a"), IdOf("b"));
        Assert.AreNotEqual(IdOf("a"), IdOf("c"));
        Assert.AreNotEqual(IdOf("a"), Settings.Id());
    }

    [TestMethod]
    public void Settings_that_differ_are_said_by_name()
    {
        RunSettings other = Settings with { Epochs = 10, Milestones = [5] };
        string? difference = RunIdentity.Of(other).DifferenceFrom(RunIdentity.Of(Settings).ToDictionary());
        Assert.AreEqual("epochs 20, not 10; rate falls after epochs 5 10 15, not 5", difference);
        Assert.IsNull(RunIdentity.Of(Settings).DifferenceFrom(RunIdentity.Of(Settings).ToDictionary()));
    }

    [TestMethod]
    public void A_setting_that_one_side_does_not_say_differs()
    {
        RunIdentity mine = RunIdentity.Of(Settings);
        var kept = mine.ToDictionary().Where(setting => setting.Key != "epochs").Append(new("later", "3")).ToDictionary();
        CollectionAssert.AreEqual(new[] { "later", "epochs" }, mine.NamesThatDiffer(kept).ToArray());
        Assert.AreEqual("later 3, not not said; epochs not said, not 20", mine.DifferenceFrom(kept));
    }

    [TestMethod]
    public void Restarts_at_uneven_distances_are_in_it_one_by_one() =>
        Assert.AreEqual("5 12", Of(Settings with { Milestones = [5, 12] })["optimizer starts afresh after epochs"]);

    [TestMethod]
    public void What_came_after_the_first_ids_is_in_it_only_where_it_is_used()
    {
        string[] later =
        [
            "training images set apart for tests",
            "schedule",
            "parameter rules",
            "part batches dropped",
            "resized by",
            "test-time augmentation",
            "averaging",
            "class weights",
            "precision",
            "batches a step",
            "plateau",
            "shares of a batch",
            "reflected padding",
            "alternating flip",
            "trivial augment",
            "resized crop",
            "colours",
            "erasing",
            "cutout",
            "mixing",
        ];
        Assert.IsEmpty(Of(Settings).Keys.Intersect(later));
        Assert.IsEmpty(
            Of(
                Settings with
                {
                    Tricks = new()
                    {
                        Warmup = 0,
                        Accumulate = 1,
                        Precision = "float32",
                    },
                }
            )
                .Keys.Intersect(later)
        );
        Assert.AreEqual("0.1", Of(Settings with { HeldOut = 0.1 })["training images set apart for tests"]);
        Assert.AreEqual("2", Of(Settings with { Shares = 2 })["shares of a batch"]);
    }

    [TestMethod]
    public void A_recipe_or_way_that_brings_its_own_schedule_has_it_in_it()
    {
        IReadOnlyDictionary<string, string> airbench = Of(
            Settings with
            {
                Recipe = "airbench",
                Backbone = "airbench94",
                Optimizer = new OptimizerSettings("sgd"),
                PartialDecay = null,
            }
        );
        Assert.AreEqual(
            ("one cycle from 0.2 over 1 at 0.23 of it to 0.07, linear, each step", "yes", "yes", "yes", "MirrorAndShift"),
            (
                airbench["schedule"],
                airbench["part batches dropped"],
                airbench["reflected padding"],
                airbench["alternating flip"],
                airbench["test-time augmentation"]
            )
        );
        Assert.AreEqual(
            "[*.norm*.bias: rate x64, decay x0.015625; whiten.bias: rate x1, decay x1, for 3 epochs]",
            airbench["parameter rules"]
        );

        using TemporaryFolder folder = new();
        File.WriteAllText(folder["w.safetensors"], "");
        IReadOnlyDictionary<string, string> tuned = Of(
            Settings with
            {
                DataSet = "folder",
                Backbone = "imagenet-resnet18",
                FineTune = "last-stage",
                Weights = folder["w.safetensors"],
                Optimizer = new OptimizerSettings("adamw"),
                PartialDecay = null,
            }
        );
        Assert.AreEqual("warm-up from 0.1 over 0.5 epochs, each step, then cosine from 1 to 0, each epoch", tuned["schedule"]);
        Assert.AreEqual("conv1 bn1 layer1 layer2 layer3", tuned["frozen layers"]);
        Assert.AreEqual("Crop", tuned["resized by"]);
    }

    private static IReadOnlyDictionary<string, string> Of(RunSettings settings) => RunIdentity.Of(settings).ToDictionary();
}
