using FsCheck;
using FsCheck.Fluent;
using Padam.MLNet.Optimizers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Optimizers;

/// <summary>Laws that hold for all gradients, tried on random ones.</summary>
[TestClass]
public sealed class OptimizerLawTests
{
    private const int Size = 5,
        Steps = 8;

    // Replayed from a fixed seed: the suite gives the same verdict each time.
    private static readonly Config Trials = Config.QuickThrowOnFailure.WithMaxTest(40).WithReplay(1806, 6763);

    /// <summary>Gradients over twelve orders of magnitude, none zero.</summary>
    private static readonly Arbitrary<double[][]> Gradients = Arb.From(
        (
            from mantissa in Gen.Choose(1, 999)
            from exponent in Gen.Choose(-8, 3)
            from sign in Gen.Elements(-1, 1)
            select sign * mantissa * Math.Pow(10, exponent)
        )
            .ArrayOf(Size)
            .ArrayOf(Steps)
    );

    private static readonly Arbitrary<double> Partials = Arb.From(Gen.Elements(0, 1 / 16.0, 1 / 8.0, 1 / 4.0, 0.1, 0.3, 0.4, 0.45, 0.5));

    /// <summary>The parameters after each step, all starting at 0.</summary>
    private static double[][] Walk(OptimizerOptionsBase options, double[][] gradients)
    {
        using DisposeScope scope = NewDisposeScope();
        var x = new Parameter(zeros(Size, ScalarType.Float64));
        using optim.Optimizer optimizer = options.Create([("x", x)]);
        return
        [
            .. gradients.Select(g =>
            {
                x.grad = tensor(g);
                optimizer.step();
                return x.data<double>().ToArray();
            }),
        ];
    }

    private static bool Agree(double[][] a, double[][] b) =>
        a.SelectMany(x => x)
            .Zip(b.SelectMany(x => x))
            .All(pair => Math.Abs(pair.First - pair.Second) <= 1e-9 * Math.Max(Math.Abs(pair.First), Math.Abs(pair.Second)));

    [TestMethod]
    public void Padam_with_p_one_half_is_AMSGrad_under_the_same_epsilon_rule() =>
        Prop.ForAll(
                Gradients,
                g =>
                    Agree(
                        Walk(
                            new PadamOptions
                            {
                                Partial = 0.5,
                                WeightDecay = 1e-3,
                                Beta2 = 0.99,
                                LearningRate = 0.01,
                            },
                            g
                        ),
                        Walk(
                            new AmsGradOptions
                            {
                                UncorrectedEpsilon = true,
                                WeightDecay = 1e-3,
                                LearningRate = 0.01,
                            },
                            g
                        )
                    )
            )
            .Check(Trials);

    [TestMethod]
    public void Padam_with_p_zero_is_the_dampened_bias_corrected_momentum_step_wherever_epsilon_stands() =>
        Prop.ForAll(
                Gradients,
                Arb.From(Gen.Elements(EpsilonPlacement.InsideRoot, EpsilonPlacement.OutsideRoot)),
                (g, placement) =>
                {
                    double[] theta = new double[Size],
                        m = new double[Size];
                    double[][] expected =
                    [
                        .. g.Select(
                            (gradient, step) =>
                            {
                                double rate = 0.1 * Math.Sqrt(1 - Math.Pow(0.999, step + 1)) / (1 - Math.Pow(0.9, step + 1));
                                for (int i = 0; i < Size; i++)
                                {
                                    m[i] = 0.9 * m[i] + 0.1 * gradient[i];
                                    theta[i] -= rate * m[i];
                                }

                                return theta.ToArray();
                            }
                        ),
                    ];
                    var options = new PadamOptions
                    {
                        Partial = 0,
                        WeightDecay = 0,
                        Epsilon = 0.1,
                        EpsilonPlacement = placement,
                    };
                    return Agree(expected, Walk(options, g));
                }
            )
            .Check(Trials);

    // The band is so wide that no step of these gradients reaches its edges.
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void AdaBound_in_a_band_that_is_wide_open_is_Adam_and_AMSBound_is_AMSGrad(bool largest) =>
        Prop.ForAll(
                Gradients,
                g =>
                    Agree(
                        Walk(
                            new AdaBoundOptions
                            {
                                Gamma = 1e-12,
                                AmsBound = largest,
                                WeightDecay = 1e-3,
                            },
                            g
                        ),
                        Walk(
                            new AdamOptions
                            {
                                UncorrectedEpsilon = true,
                                AmsGrad = largest,
                                Beta2 = 0.999,
                                WeightDecay = 1e-3,
                            },
                            g
                        )
                    )
            )
            .Check(Trials);

    [TestMethod]
    public void The_largest_second_moment_never_falls() =>
        Prop.ForAll(
                Gradients,
                g =>
                {
                    using DisposeScope scope = NewDisposeScope();
                    var x = new Parameter(zeros(Size, ScalarType.Float64));
                    using var optimizer = (PadamOptimizer)new PadamOptions().Create([("x", x)]);
                    Tensor last = zeros(Size, ScalarType.Float64);
                    return g.All(gradient =>
                    {
                        x.grad = tensor(gradient);
                        optimizer.step();
                        Tensor now = ((ParameterState)optimizer.state_dict().State.Single()).MaxV!.clone();
                        bool kept = (now >= last).all().item<bool>();
                        last = now;
                        return kept;
                    });
                }
            )
            .Check(Trials);

    [TestMethod]
    public void Scaling_the_loss_by_c_scales_the_step_by_c_to_the_one_minus_two_p() =>
        Prop.ForAll(
                Gradients,
                Partials,
                Arb.From(Gen.Elements(0.001, 0.5, 4, 1000)),
                (g, p, c) =>
                {
                    var options = new PadamOptions
                    {
                        Partial = p,
                        Epsilon = 0,
                        WeightDecay = 0,
                    };
                    double[][] scaled = Walk(options, [.. g.Select(x => x.Select(y => c * y).ToArray())]);
                    double[][] expected = [.. Walk(options, g).Select(x => x.Select(y => Math.Pow(c, 1 - 2 * p) * y).ToArray())];
                    return Agree(expected, scaled);
                }
            )
            .Check(Trials);

    [TestMethod]
    public void The_order_of_parameters_is_irrelevant() =>
        Prop.ForAll(
                Gradients,
                Partials,
                (g, p) =>
                {
                    using DisposeScope scope = NewDisposeScope();
                    Parameter[] Train(bool reversed)
                    {
                        Parameter[] parameters = [.. Enumerable.Range(0, Size).Select(_ => new Parameter(zeros(3)))];
                        using optim.Optimizer optimizer = new PadamOptions { Partial = p }.Create(
                            (reversed ? parameters.Reverse() : parameters).Select(x => ("x", x))
                        );
                        foreach (double[] gradient in g)
                        {
                            for (int i = 0; i < Size; i++)
                                parameters[i].grad = full(3, (float)gradient[i]);
                            optimizer.step();
                        }

                        return parameters;
                    }

                    return Train(false).Zip(Train(true)).All(pair => pair.First.equal(pair.Second).all().item<bool>());
                }
            )
            .Check(Trials);
}
