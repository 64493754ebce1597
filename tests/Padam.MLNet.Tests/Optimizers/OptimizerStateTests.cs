using System.Text;
using Padam.MLNet.Optimizers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Optimizers;

/// <summary>What an optimizer's state holds beside the moments, and what it refuses.</summary>
[TestClass]
public sealed class OptimizerStateTests
{
    [TestMethod]
    public void Settings_and_rates_are_taken_over_with_the_state()
    {
        using Parameter x = One(),
            y = One();
        using PadamOptimizer a = new([x], lr: 0.3, beta1: 0.5, partial: 0.25),
            b = new([y]);
        b.load_state_dict(a.state_dict());
        Assert.AreEqual((0.25, 0.3), (b.Partial, b.ParamGroups.Single().LearningRate));
        foreach (double gradient in (double[])[4, -1])
            Assert.AreEqual(Step(a, x, gradient), Step(b, y, gradient));
    }

    [TestMethod]
    public void A_group_that_says_nothing_has_the_rate_that_the_optimizer_was_made_with()
    {
        using Parameter x = One(),
            y = One();
        using var optimizer = new PadamOptimizer([x], lr: 0.3);
        optimizer.add_param_group(new ParamGroup { Parameters = [y], Options = new OptimizerOptions() });
        Assert.AreEqual(0.3, optimizer.ParamGroups.Last().LearningRate);
    }

    [TestMethod]
    public void Saved_settings_that_are_out_of_range_are_refused()
    {
        using Parameter x = One();
        using var optimizer = (OptimizerHelper)new SgdOptions().Create([("x", x)]);
        using var stream = new MemoryStream();
        optimizer.save_state_dict(new BinaryWriter(stream));
        // One byte a character, so that nothing else moves.
        string saved = Encoding.Latin1.GetString(stream.ToArray());
        StringAssert.Contains(saved, "\"Momentum\":0.9");
        byte[] broken = Encoding.Latin1.GetBytes(saved.Replace("\"Momentum\":0.9", "\"Momentum\":9.9", StringComparison.Ordinal));

        string message = Assert
            .ThrowsExactly<InvalidDataException>(() => optimizer.load_state_dict(new BinaryReader(new MemoryStream(broken))))
            .Message;
        StringAssert.Contains(message, "Momentum must be at least 0 and below 1, but is 9.9");
    }

    [TestMethod]
    public void State_of_other_moments_is_refused()
    {
        using Parameter x = One(),
            y = One();
        using PadamOptimizer largest = new([x]),
            present = new([y], amsgrad: false);
        Assert.ThrowsExactly<ArgumentException>(() => State(largest).LoadStateDict(State(present)));
        Assert.ThrowsExactly<ArgumentException>(() => State(present).LoadStateDict(State(largest)));
    }

    [TestMethod]
    public void States_are_equal_where_age_and_all_moments_are()
    {
        using Parameter x = One(),
            y = One(),
            z = One();
        using PadamOptimizer a = new([x]),
            b = new([y]),
            present = new([z], amsgrad: false);
        Assert.IsTrue(State(a).ApproximatelyEquals(State(b)));
        Assert.IsFalse(State(a).ApproximatelyEquals(State(present)), "one keeps a moment more");
        Assert.IsFalse(State(present).ApproximatelyEquals(State(a)), "one keeps a moment less");

        Step(a, x, 0);
        Assert.IsFalse(State(a).ApproximatelyEquals(State(b)), "a step that moved nothing is a step");
        Step(a, x, 3);
        Step(b, y, 0);
        Step(b, y, 4);
        Assert.IsFalse(State(a).ApproximatelyEquals(State(b)), "moments of other gradients");
    }

    [TestMethod]
    public void P_is_set_in_all_groups_at_once()
    {
        using Parameter x = One(),
            y = One();
        using var optimizer = new PadamOptimizer([new ParamGroup { Parameters = [x] }, new ParamGroup { Parameters = [y] }]);
        optimizer.Partial = 0.25;
        foreach (ParamGroup group in optimizer.ParamGroups.Cast<ParamGroup>())
            Assert.AreEqual(0.25, ((GroupOptions<PadamOptions>)group.Options).Settings.Partial);
    }

    [TestMethod]
    public void However_parameters_are_given_the_constructors_arguments_are_the_settings()
    {
        using Parameter x = One();
        PadamOptions expected = new()
        {
            LearningRate = 0.2,
            Beta1 = 0.3,
            Beta2 = 0.4,
            Epsilon = 0.5,
            WeightDecay = 0.6,
            Partial = 0.25,
            AmsGrad = false,
            DecoupledWeightDecay = true,
            EpsilonPlacement = EpsilonPlacement.OutsideRoot,
        };
        foreach (
            Func<PadamOptimizer> make in (Func<PadamOptimizer>[])
                [
                    () => new([("x", x)], 0.2, 0.3, 0.4, 0.5, 0.6, 0.25, false, true, EpsilonPlacement.OutsideRoot),
                    () => new([x], 0.2, 0.3, 0.4, 0.5, 0.6, 0.25, false, true, EpsilonPlacement.OutsideRoot),
                    () =>
                        new(
                            [new ParamGroup { Parameters = [x] }],
                            0.2,
                            0.3,
                            0.4,
                            0.5,
                            0.6,
                            0.25,
                            false,
                            true,
                            EpsilonPlacement.OutsideRoot
                        ),
                ]
        )
        {
            using PadamOptimizer optimizer = make();
            Assert.AreEqual(expected, ((GroupOptions<PadamOptions>)((ParamGroup)optimizer.ParamGroups.Single()).Options).Settings);
        }
    }

    private static Parameter One() => new(tensor(1.0));

    private static OptimizerState State(PadamOptimizer optimizer) => optimizer.state_dict().State.Single();

    private static double Step(PadamOptimizer optimizer, Parameter x, double gradient)
    {
        x.grad = tensor(gradient);
        optimizer.step();
        return x.item<double>();
    }
}
