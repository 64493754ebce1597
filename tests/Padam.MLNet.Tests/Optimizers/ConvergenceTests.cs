using Padam.MLNet.Optimizers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Optimizers;

/// <summary>
/// Every optimizer arrives, not only descends: the two surfaces, steps and tolerance of optax's contract suite (alias_test.py).
/// </summary>
[TestClass]
public sealed class ConvergenceTests
{
    private const int Steps = 10_000;
    private const double Tolerance = 3e-2;

    public static IEnumerable<(OptimizerOptionsBase Options, ScalarType Type)> Everyone =>
        from options in new OptimizerOptionsBase[]
        {
            new PadamOptions { LearningRate = 0.01 },
            new PadamOptions
            {
                LearningRate = 0.005,
                Partial = 0.4,
                AmsGrad = false,
                DecoupledWeightDecay = true,
            },
            new PadamOptions
            {
                LearningRate = 0.005,
                Partial = 0,
                WeightDecay = 0,
            },
            new PadamOptions { LearningRate = 0.01, EpsilonPlacement = EpsilonPlacement.OutsideRoot },
            new AdamOptions { LearningRate = 0.01 },
            new AmsGradOptions { LearningRate = 0.02, UncorrectedEpsilon = true },
            new AdamWOptions { LearningRate = 0.01, WeightDecay = 0.001 },
            new SgdOptions { LearningRate = 0.001 },
            new SgdOptions { LearningRate = 0.0015, Momentum = 0 },
            new SgdOptions { LearningRate = 0.0005, Nesterov = true },
            new YogiOptions { LearningRate = 0.02 },
            new AdaBoundOptions { LearningRate = 0.02, FinalLearningRate = 0.002 },
            new AdaBoundOptions
            {
                LearningRate = 0.02,
                FinalLearningRate = 0.002,
                AmsBound = true,
            },
        }
        from type in new[] { ScalarType.Float32, ScalarType.Float64 }
        select (options, type);

    public static IEnumerable<OptimizerOptionsBase> EveryoneInBFloat16 =>
        [
            new PadamOptions { LearningRate = 0.02 },
            new AdamOptions { LearningRate = 0.02 },
            new AmsGradOptions { LearningRate = 0.05 },
            new AdamWOptions { LearningRate = 0.02 },
            new SgdOptions { LearningRate = 0.02 },
            new YogiOptions { LearningRate = 0.02 },
            new AdaBoundOptions { LearningRate = 0.02, FinalLearningRate = 0.02 },
        ];

    [TestMethod]
    [DynamicData(nameof(Everyone))]
    public void Reaches_the_bottom_of_a_parabola(OptimizerOptionsBase options, ScalarType type) =>
        AssertReaches([1, -2, 0.5], options, type, Parabola, Tolerance);

    [TestMethod]
    [DynamicData(nameof(Everyone))]
    public void Reaches_the_end_of_Rosenbrocks_valley(OptimizerOptionsBase options, ScalarType type) =>
        AssertReaches(
            [1, 1],
            options,
            type,
            x => [-2 * (1 - x[0]) - 400 * x[0] * (x[1] - x[0] * x[0]), 200 * (x[1] - x[0] * x[0])],
            Tolerance
        );

    [TestMethod]
    [DynamicData(nameof(EveryoneInBFloat16))]
    public void Reaches_the_bottom_of_a_parabola_in_bfloat16(OptimizerOptionsBase options) =>
        AssertReaches([1, -2, 0.5], options, ScalarType.BFloat16, Parabola, tolerance: 1e-1);

    // bfloat16 has eight bits: a step is as good as its type where it is off by no more than one of them.
    [TestMethod]
    [DynamicData(nameof(EveryoneInBFloat16))]
    public void A_step_in_bfloat16_is_that_of_float64_within_its_last_bit(OptimizerOptionsBase options)
    {
        double[] exact = OneStep(ScalarType.Float64),
            rounded = OneStep(ScalarType.BFloat16);
        for (int i = 0; i < exact.Length; i++)
            Assert.AreEqual(exact[i], rounded[i], Math.Abs(exact[i]) * Math.ScaleB(1, -7), $"element {i}");

        double[] OneStep(ScalarType type)
        {
            using DisposeScope scope = NewDisposeScope();
            var x = new Parameter(tensor(new[] { 1.0, -0.75, 3.0 }, type));
            using optim.Optimizer optimizer = options.Create([("x", x)]);
            x.grad = tensor(new[] { 0.5, -0.25, 2.0 }, type);
            optimizer.step();
            Assert.AreEqual(type, x.dtype);
            return Values(x);
        }
    }

    private static double[] Parabola(double[] x) => [2 * (x[0] - 1), 2 * (x[1] + 2), 2 * (x[2] - 0.5)];

    /// <summary>From the origin, with the gradient by hand, until all elements are as near as asked or the steps are used up.</summary>
    private static void AssertReaches(
        double[] target,
        OptimizerOptionsBase options,
        ScalarType type,
        Func<double[], double[]> gradient,
        double tolerance
    )
    {
        using DisposeScope scope = NewDisposeScope();
        var x = new Parameter(zeros(target.Length, type));
        using optim.Optimizer optimizer = options.Create([("x", x)]);
        double[] at = new double[target.Length];
        double Distance() => at.Zip(target, (a, b) => Math.Abs(a - b)).Max();
        for (int step = 0; step < Steps && !(Distance() < tolerance / 2); step++)
        {
            using DisposeScope temporaries = NewDisposeScope();
            x.grad = tensor(gradient(at), type);
            optimizer.step();
            at = Values(x);
        }

        Assert.IsLessThan(tolerance, Distance(), string.Join(", ", at));
        Assert.AreEqual(type, x.dtype);
    }

    private static double[] Values(Tensor tensor)
    {
        using DisposeScope scope = NewDisposeScope();
        return [.. tensor.detach().to(ScalarType.Float64).data<double>()];
    }
}
