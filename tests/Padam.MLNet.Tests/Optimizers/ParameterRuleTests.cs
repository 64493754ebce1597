using Padam.MLNet.Backbones;
using Padam.MLNet.Optimizers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Optimizers;

/// <summary>Rates and decays of their own for some parameters.</summary>
[TestClass]
public sealed class ParameterRuleTests
{
    private static readonly string[] Names = ["conv1.weight", "bn1.weight", "bn1.bias", "fc.weight", "fc.bias"];

    // What the rules make of a rate and a decay, said by hand.
    private static readonly ParameterRule[] Rules =
    [
        ParameterRule.NoDecayOnBiasesAndNormalization,
        ParameterRule.LayerDecay(0.5),
        ParameterRule.For("fc.*", rate: 3, decay: 0.25),
        ParameterRule.For("*.bias", rate: 2),
    ];
    private static readonly (double Rate, double Decay)[] Expected = [(0.5, 1), (0.5, 0), (1, 0), (3, 0.25), (6, 0)];

    [TestMethod]
    [DynamicData(nameof(OptimizerContractTests.Everyone), typeof(OptimizerContractTests))]
    public void Each_parameter_moves_as_if_it_had_an_optimizer_of_those_settings_alone(OptimizerOptionsBase options)
    {
        using DisposeScope scope = NewDisposeScope();
        (string, Parameter)[] together = Parameters(),
            alone = Parameters();
        using optim.Optimizer whole = (options with { Rules = Rules }).Create(together);
        optim.Optimizer[] each =
        [
            .. alone.Zip(Expected, (parameter, factors) => Alone(options, factors.Rate, factors.Decay).Create([parameter])),
        ];

        for (int step = 0; step < 3; step++)
        {
            for (int i = 0; i < Names.Length; i++)
                together[i].Item2.grad = alone[i].Item2.grad = Gradient(i, step);
            whole.step();
            foreach (optim.Optimizer one in each)
                one.step();
        }

        for (int i = 0; i < Names.Length; i++)
            Assert.IsTrue(together[i].Item2.equal(alone[i].Item2).all().item<bool>(), $"{Names[i]} under {options}");
        // weight and bias of bn1 differ in their rate, fc's in all.
        Assert.HasCount(5, whole.ParamGroups);
    }

    [TestMethod]
    public void State_with_groups_is_saved_and_loaded()
    {
        using DisposeScope scope = NewDisposeScope();
        var options = new AdamWOptions { LearningRate = 0.01, Rules = Rules };
        (string, Parameter)[] first = Parameters(),
            second = Parameters();
        using var one = (OptimizerHelper)options.Create(first);
        using var other = (OptimizerHelper)options.Create(second);
        Step(one, first, 0);
        using var stream = new MemoryStream();
        one.save_state_dict(new BinaryWriter(stream));
        stream.Position = 0;
        other.load_state_dict(new BinaryReader(stream));
        for (int i = 0; i < Names.Length; i++)
        {
            using var _ = no_grad();
            second[i].Item2.copy_(first[i].Item2);
        }

        Step(one, first, 1);
        Step(other, second, 1);

        for (int i = 0; i < Names.Length; i++)
            Assert.IsTrue(first[i].Item2.equal(second[i].Item2).all().item<bool>(), Names[i]);
    }

    [TestMethod]
    public void Without_rules_there_is_one_group() => Assert.HasCount(1, new SgdOptions().Create(Parameters()).ParamGroups);

    [TestMethod]
    [DataRow("resnet18", "conv1", "layer1.0", "layer1.1", "layer2.0", "layer2.1", "layer3.0", "layer3.1", "layer4.0", "layer4.1", "linear")]
    [DataRow("vgg-small", "features.0", "features.4", "features.8", "classifier")]
    [DataRow("wrn-10-1", "conv1", "layer1.0", "layer2.0", "layer3.0", "fc")]
    public void Layers_are_what_has_a_kernel_and_blocks(string backbone, params string[] first)
    {
        using nn.Module<Tensor, Tensor> network = Backbone.Parse(backbone).Build(10);
        (string Name, Parameter)[] parameters = [.. network.named_parameters()];

        int[] layers = LayerDecayRule.Layers(parameters);

        for (int i = 0; i < parameters.Length; i++)
            if (i == 0 || layers[i] != layers[i - 1])
                StringAssert.StartsWith(parameters[i].Name, first[layers[i]] + ".");
        Assert.AreEqual(first.Length - 1, layers[^1]);
        CollectionAssert.AreEqual(layers.Order().ToArray(), layers);
    }

    [TestMethod]
    public void A_normalisation_before_the_first_kernel_is_a_layer_of_its_own() =>
        CollectionAssert.AreEqual(
            new[] { 0, 0, 1, 1 },
            LayerDecayRule.Layers([
                ("norm.weight", new Parameter(Noise(1))),
                ("norm.bias", new Parameter(Noise(2))),
                ("fc.weight", Kernel()),
                ("fc.bias", new Parameter(Noise(3))),
            ])
        );

    [TestMethod]
    public void An_empty_part_of_a_name_is_no_number_of_a_block() =>
        CollectionAssert.AreEqual(new[] { 0, 1 }, LayerDecayRule.Layers([("x..1.weight", Kernel()), ("x..2.weight", Kernel())]));

    [TestMethod]
    [DataRow(null, null, null)]
    [DataRow(2, null, 2)]
    [DataRow(null, 3, 3)]
    [DataRow(2, 3, 2)]
    [DataRow(3, 2, 2)]
    public void Of_two_rules_the_one_of_fewer_epochs_says_how_long_a_parameter_is_trained(int? first, int? second, int? together)
    {
        ParameterRule[] rules = [ParameterRule.For("*.weight", epochs: first), ParameterRule.For("fc.*", epochs: second)];
        using optim.Optimizer optimizer = new SgdOptions { Rules = rules }.Create([("fc.weight", Kernel())]);
        Assert.AreEqual(together, ((GroupOptions<SgdOptions>)((ParamGroup)optimizer.ParamGroups.Single()).Options).Epochs);
    }

    [TestMethod]
    public void What_is_just_in_range_is_taken()
    {
        Assert.AreEqual("rate x1 from layer to layer", $"{ParameterRule.LayerDecay(1)}");
        Assert.AreEqual("a: rate x0, decay x0, for 1 epochs", $"{ParameterRule.For("a", rate: 0, decay: 0, epochs: 1)}");
    }

    [TestMethod]
    public void A_pattern_is_for_the_whole_name()
    {
        static bool Fits(string pattern) => ParameterRule.For(pattern, rate: 2).Of([("layer1.0.bias", Kernel())])[0] is not null;

        Assert.IsTrue(Fits("layer1.0.bias"));
        Assert.IsTrue(Fits("layer1.*"));
        Assert.IsTrue(Fits("*.bias"));
        Assert.IsTrue(Fits("*"));
        Assert.IsFalse(Fits("layer1"));
        Assert.IsFalse(Fits("bias"));
        Assert.IsFalse(Fits("layer1.0*bia"));
        Assert.IsFalse(Fits("layer1?0.bias"));
        Assert.IsFalse(Fits("LAYER1.*"));
    }

    [TestMethod]
    public void A_rule_that_fits_no_parameter_is_refused_with_the_names_there_are()
    {
        string message = Assert
            .ThrowsExactly<ArgumentException>(() =>
                new SgdOptions { Rules = [ParameterRule.For("head.*", rate: 10), ParameterRule.For("*", decay: 2)] }.Create(Parameters())
            )
            .Message;

        StringAssert.Contains(message, "no trained parameter fits: head.*: rate x10, decay x1. The parameters are conv1.weight, ");
    }

    [TestMethod]
    [DataRow(6, "The parameters are p0, p1, p2, p3, p4, p5.")]
    [DataRow(7, "The parameters are p0, p1, p2, p3, p4, p5, ....")]
    public void Of_many_parameters_the_first_six_are_named(int count, string end)
    {
        (string, Parameter)[] parameters = [.. Enumerable.Range(0, count).Select(i => ($"p{i}", Kernel()))];
        string message = Assert
            .ThrowsExactly<ArgumentException>(() => new SgdOptions { Rules = [ParameterRule.For("head.*")] }.Create(parameters))
            .Message;

        StringAssert.EndsWith(message, end);
    }

    public static IEnumerable<(Func<ParameterRule> Make, string Fault)> Mistakes =>
        [
            (() => ParameterRule.For(" "), "empty"),
            (() => ParameterRule.For("a", rate: -1), "rate by -1"),
            (() => ParameterRule.For("a", rate: double.PositiveInfinity), "rate by Infinity"),
            (() => ParameterRule.For("a", decay: -1), "decay by -1"),
            (() => ParameterRule.For("a", decay: double.NaN), "decay by NaN"),
            (() => ParameterRule.For("a", decay: double.PositiveInfinity), "decay by Infinity"),
            (() => ParameterRule.For("a", epochs: 0), "for 0 epochs"),
            (() => ParameterRule.LayerDecay(0), "is 0"),
            (() => ParameterRule.LayerDecay(1.1), "1.1"),
        ];

    [TestMethod]
    [DynamicData(nameof(Mistakes))]
    public void A_mistake_is_named(Func<ParameterRule> make, string fault) =>
        Assert.Contains(fault, Assert.ThrowsExactly<ArgumentException>(() => make()).Message);

    [TestMethod]
    public void Rules_are_read_back_in_the_order_in_which_they_were_given() =>
        CollectionAssert.AreEqual(Rules, new AdamOptions { Rules = Rules }.Rules.ToArray());

    [TestMethod]
    public void Rules_are_values_and_say_what_they_do()
    {
        static AdamOptions With(double factor) =>
            new()
            {
                Rules = [ParameterRule.LayerDecay(factor), ParameterRule.NoDecayOnBiasesAndNormalization, ParameterRule.For("a*", 2, 0)],
            };

        Assert.AreEqual(With(0.5), With(0.5));
        Assert.AreEqual(With(0.5).GetHashCode(), With(0.5).GetHashCode());
        Assert.AreNotEqual(With(0.5), With(0.6));
        Assert.AreNotEqual(With(0.5), new AdamOptions());
        StringAssert.Contains(
            $"{With(0.5)}",
            "WeightDecay = 0.0001, Rules = [rate x0.5 from layer to layer; no decay on biases and normalisation; a*: rate x2, decay x0], "
                + "Beta1"
        );
    }

    private static OptimizerOptionsBase Alone(OptimizerOptionsBase options, double rate, double decay)
    {
        OptimizerOptionsBase own = options with { LearningRate = options.LearningRate * rate, WeightDecay = options.WeightDecay * decay };
        return own is AdaBoundOptions bound ? bound with { FinalLearningRate = bound.FinalLearningRate * rate } : own;
    }

    private static void Step(optim.Optimizer optimizer, (string, Parameter)[] parameters, int step)
    {
        for (int i = 0; i < parameters.Length; i++)
            parameters[i].Item2.grad = Gradient(i, step);
        optimizer.step();
    }

    private static (string, Parameter)[] Parameters() =>
        [
            (Names[0], new Parameter(Noise(1).reshape(4, 2))),
            (Names[1], new Parameter(Noise(2))),
            (Names[2], new Parameter(Noise(3))),
            (Names[3], new Parameter(Noise(4).reshape(2, 4))),
            (Names[4], new Parameter(Noise(5))),
        ];

    private static Parameter Kernel() => new(Noise(1).reshape(4, 2));

    private static Tensor Gradient(int parameter, int step) =>
        Noise(100 + (10 * parameter) + step).reshape(Parameters()[parameter].Item2.shape);

    private static Tensor Noise(int seed) => randn([8], generator: new Generator((ulong)seed));
}
