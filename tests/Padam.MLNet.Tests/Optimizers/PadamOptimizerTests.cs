using Padam.MLNet.Optimizers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Optimizers;

[TestClass]
public sealed class PadamOptimizerTests
{
    private static double Step(PadamOptimizer optimizer, Parameter x, double gradient)
    {
        x.grad = tensor(gradient);
        optimizer.step();
        return x.item<double>();
    }

    private static Parameter One() => new(tensor(1.0));

    [TestMethod]
    public void A_step_computed_by_hand()
    {
        using Parameter x = One();
        using var optimizer = new PadamOptimizer([x], lr: 0.1, beta1: 0.5, beta2: 0.75, eps: 0, partial: 0.25);

        // m = 2, v = vh = 4, rate = 0.1 sqrt(0.25) / 0.5 = 0.1, denominator 4^(1/4) = sqrt 2.
        Assert.AreEqual(1 - 0.1 * 2 / Math.Sqrt(2), Step(optimizer, x, 4), 1e-12);

        // m = 1, v = 3 but vh = 4, rate = 0.1 sqrt(0.4375) / 0.75.
        Assert.AreEqual(1 - 0.1 * 2 / Math.Sqrt(2) - 0.1 * Math.Sqrt(0.4375) / 0.75 / Math.Sqrt(2), Step(optimizer, x, 0), 1e-12);
    }

    [TestMethod]
    public void Coupled_decay_adds_to_the_gradient_and_decoupled_decay_shrinks_the_parameter()
    {
        using Parameter coupled = One(),
            equivalent = One(),
            decoupled = One();
        using var a = new PadamOptimizer([coupled], weight_decay: 0.5);
        using var b = new PadamOptimizer([equivalent]);
        Assert.AreEqual(Step(b, equivalent, 2.5), Step(a, coupled, 2), 1e-15);

        using var c = new PadamOptimizer([decoupled], weight_decay: 0.5, decoupled: true);
        Assert.AreEqual(1 - 0.1 * 0.5, Step(c, decoupled, 0), 1e-15);
    }

    [TestMethod]
    public void Epsilon_stands_where_it_is_placed()
    {
        using Parameter inside = One(),
            outside = One();
        using var a = new PadamOptimizer([inside], beta1: 0, beta2: 0, eps: 9, partial: 0.25, epsilon: EpsilonPlacement.InsideRoot);
        using var b = new PadamOptimizer([outside], beta1: 0, beta2: 0, eps: 9, partial: 0.25, epsilon: EpsilonPlacement.OutsideRoot);
        Assert.AreEqual(1 - 0.1 * 16 / Math.Sqrt(16 + 9), Step(a, inside, 16), 1e-12);
        Assert.AreEqual(1 - 0.1 * 16 / (Math.Sqrt(16) + 9), Step(b, outside, 16), 1e-12);
    }

    [TestMethod]
    public void P_can_be_set_before_any_step()
    {
        using Parameter x = One();
        using var optimizer = new PadamOptimizer([x], beta1: 0, beta2: 0, eps: 0, partial: 0.5);
        Assert.AreEqual(0.9, Step(optimizer, x, 16), 1e-12);
        optimizer.Partial = 0.25;
        Assert.AreEqual(0.25, optimizer.Partial);
        Assert.AreEqual(0.9 - 0.1 * 16 / 4, Step(optimizer, x, 16), 1e-12);
        optimizer.Partial = 0;
        Assert.AreEqual(0.5 - 0.1 * 16, Step(optimizer, x, 16), 1e-12);
        Assert.Contains("Partial", Assert.ThrowsExactly<ArgumentException>(() => optimizer.Partial = 0.6).Message);
    }

    [TestMethod]
    public void At_p_zero_a_parameter_with_no_gradient_history_stays_finite()
    {
        using Parameter x = One();
        using var optimizer = new PadamOptimizer([x], eps: 0, partial: 0);
        Assert.AreEqual(1, Step(optimizer, x, 0));
    }

    [TestMethod]
    public void A_group_has_settings_of_its_own_or_the_constructors()
    {
        using Parameter plain = One(),
            rate = One(),
            own = One();
        using var optimizer = new PadamOptimizer(
            [
                new ParamGroup { Parameters = [plain] },
                new ParamGroup
                {
                    Parameters = [rate],
                    Options = new OptimizerOptions { LearningRate = 0.3 },
                },
                new ParamGroup
                {
                    Parameters = [own],
                    Options = new GroupOptions<PadamOptions>(new PadamOptions { LearningRate = 0.7, Partial = 0.5 }),
                },
            ],
            lr: 0.2
        );
        CollectionAssert.AreEqual(new[] { 0.2, 0.3, 0.7 }, optimizer.ParamGroups.Select(g => g.LearningRate).ToArray());
        CollectionAssert.AreEqual(new[] { 0.2, 0.3, 0.7 }, optimizer.ParamGroups.Select(g => g.InitialLearningRate).ToArray());
        Assert.ThrowsExactly<ArgumentException>(() =>
            optimizer.add_param_group(new ParamGroup { Parameters = [One()], Options = new Adam.Options() })
        );
    }

    [TestMethod]
    public void It_works_under_TorchSharps_own_schedulers()
    {
        using Parameter x = One();
        using var optimizer = new PadamOptimizer([x], lr: 0.1);
        optim.lr_scheduler.LRScheduler scheduler = optim.lr_scheduler.StepLR(optimizer, 1, 0.1);
        scheduler.step();
        Assert.AreEqual(0.01, optimizer.ParamGroups.Single().LearningRate, 1e-15);
    }

    [TestMethod]
    public void The_state_can_be_taken_over_and_reset()
    {
        using Parameter x = One(),
            y = One(),
            fresh = One();
        using PadamOptimizer a = new([x]),
            b = new([y]),
            c = new([fresh]);
        Step(a, x, 3);
        b.load_state_dict(a.state_dict());
        Step(a, x, -1);
        using (no_grad())
            y.fill_(1);
        Assert.IsFalse(a.state_dict().State.Single().ApproximatelyEquals(b.state_dict().State.Single()), "the state is copied, not shared");

        a.state_dict().State.Single().Initialize(a.state_dict().Options.Single());
        using (no_grad())
            x.fill_(1);
        Assert.AreEqual(Step(c, fresh, 2), Step(a, x, 2));
    }

    [TestMethod]
    public void State_files_are_saved_and_loaded()
    {
        string file = Path.GetTempFileName();
        try
        {
            using Parameter x = One(),
                y = One();
            using PadamOptimizer a = new([x], partial: 0.3),
                b = new([y]);
            Step(a, x, 3);
            a.save_state_dict(file);
            b.load_state_dict(file);
            Assert.AreEqual(0.3, b.Partial);
            using (no_grad())
                y.copy_(x);
            Assert.AreEqual(Step(a, x, 2), Step(b, y, 2));
        }
        finally
        {
            File.Delete(file);
        }
    }
}
