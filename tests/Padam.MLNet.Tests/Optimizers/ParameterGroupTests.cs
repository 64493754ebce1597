using System.Text;
using Padam.MLNet.Optimizers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Optimizers;

/// <summary>What an optimizer, its groups and their settings refuse, and that nothing has happened then.</summary>
[TestClass]
public sealed class ParameterGroupTests
{
    public static IEnumerable<(string Name, Action Take)> Nulls =>
        [
            ("settings", () => _ = new GroupOptions<SgdOptions>(null!)),
            ("writer", () => new GroupOptions<SgdOptions>(new SgdOptions()).SaveStateDict(null!)),
            ("reader", () => new GroupOptions<SgdOptions>(new SgdOptions()).LoadStateDict((BinaryReader)null!)),
            ("group", () => new PadamOptimizer(Array.Empty<Parameter>()).add_param_group(null!)),
            ("builder", () => new Own().Print(null!)),
        ];

    [TestMethod]
    [DynamicData(nameof(Nulls))]
    public void Null_is_refused_by_its_name(string name, Action take) =>
        Assert.AreEqual(name, Assert.ThrowsExactly<ArgumentNullException>(take).ParamName);

    [TestMethod]
    public void Parameters_that_are_null_are_refused_however_they_are_given()
    {
        Assert.ThrowsExactly<ArgumentNullException>(() => new PadamOptimizer((IEnumerable<(string, Parameter)>)null!));
        Assert.ThrowsExactly<ArgumentNullException>(() => new PadamOptimizer((IEnumerable<Parameter>)null!));
        Assert.ThrowsExactly<ArgumentNullException>(() => new PadamOptimizer((IEnumerable<ParamGroup>)null!));
    }

    [TestMethod]
    public void Arguments_out_of_range_are_refused_even_where_every_group_has_settings_of_its_own()
    {
        using Parameter x = One();
        ParamGroup own = new() { Parameters = [x], Options = new GroupOptions<PadamOptions>(new PadamOptions()) };
        Assert.Contains("Partial", Assert.ThrowsExactly<ArgumentException>(() => new PadamOptimizer([own], partial: 0.7)).Message);
        Assert.Contains(
            "Partial",
            Assert.ThrowsExactly<ArgumentException>(() => new PadamOptimizer(Array.Empty<ParamGroup>(), partial: 0.7)).Message
        );
    }

    [TestMethod]
    public void A_groups_settings_out_of_range_are_refused()
    {
        using Parameter x = One(),
            y = One();
        using var optimizer = new PadamOptimizer([x]);
        Assert.Contains(
            "Momentum must be",
            Assert.ThrowsExactly<ArgumentException>(() => new GroupOptions<SgdOptions>(new SgdOptions { Momentum = 2 })).Message
        );
        ParamGroup backwards = new()
        {
            Parameters = [y],
            Options = new OptimizerOptions { LearningRate = -1 },
        };
        Assert.Contains(
            "LearningRate must be",
            Assert.ThrowsExactly<ArgumentException>(() => optimizer.add_param_group(backwards)).Message
        );
        Assert.HasCount(1, optimizer.ParamGroups);
    }

    [TestMethod]
    public void A_parameter_that_is_in_a_group_is_refused_beside_new_ones_too_and_a_group_without_parameters_is_taken()
    {
        using Parameter known = One(),
            other = One();
        using var optimizer = new PadamOptimizer([known]);
        foreach (
            Parameter[] parameters in (Parameter[][])
                [
                    [known, other],
                    [other, known],
                ]
        )
            Assert.ThrowsExactly<ArgumentException>(() => optimizer.add_param_group(new ParamGroup { Parameters = parameters }));
        Assert.HasCount(1, optimizer.parameters());

        optimizer.add_param_group(new ParamGroup { Parameters = [] });
        optimizer.add_param_group(new ParamGroup { Parameters = [other] });
        CollectionAssert.AreEqual(new[] { known, other }, optimizer.parameters().ToArray());
    }

    public static IEnumerable<(OptimizerOptions Options, string Name)> Strangers =>
        [(new GroupOptions<AdamOptions>(new AdamOptions()), "GroupOptions<AdamOptions>"), (new SGD.Options(), "Options")];

    [TestMethod]
    [DynamicData(nameof(Strangers))]
    public void Options_of_another_optimizer_are_called_by_their_name(OptimizerOptions options, string name)
    {
        using Parameter x = One();
        using var optimizer = new PadamOptimizer(Array.Empty<Parameter>());
        ParamGroup group = new() { Parameters = [x], Options = options };
        Assert.Contains(
            $"The group's options are {name}; optimizer 'padam' takes GroupOptions<PadamOptions>.",
            Assert.ThrowsExactly<ArgumentException>(() => optimizer.add_param_group(group)).Message
        );
    }

    [TestMethod]
    public void Without_a_group_there_is_no_p_to_read()
    {
        using var optimizer = new PadamOptimizer(Array.Empty<ParamGroup>());
        Assert.ThrowsExactly<InvalidOperationException>(() => optimizer.Partial);
    }

    private static Parameter One() => new(tensor(1.0));

    /// <summary>An optimizer of the user's own, which writes itself as those of the library do.</summary>
    private sealed record Own : OptimizerOptionsBase
    {
        public override string Name => "own";

        public override double LearningRate { get; init; }

        public override double WeightDecay { get; init; }

        public override optim.Optimizer Create(IEnumerable<(string name, Parameter parameter)> parameters) =>
            optim.SGD(parameters.Select(entry => entry.parameter), LearningRate);

        internal bool Print(StringBuilder builder) => PrintMembers(builder);
    }
}
