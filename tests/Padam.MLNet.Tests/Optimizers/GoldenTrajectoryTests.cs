using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Optimizers;

[TestClass]
public sealed class GoldenTrajectoryTests
{
    private const double Tolerance = 1e-4;

    /// <summary>
    /// What float32 may be off besides, as a part of the element's largest value: about ten roundings, which show where a trajectory
    /// crosses zero.
    /// </summary>
    private const double Rounding = 1e-6;

    public static IEnumerable<object[]> Cases =>
        from golden in GoldenTrajectory.All
        from type in new[] { ScalarType.Float64, ScalarType.Float32 }
        select new object[] { golden, type };

    [TestMethod]
    public void The_golden_file_has_all_its_trajectories() => Assert.HasCount(26, GoldenTrajectory.All);

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void The_trajectory_is_the_golden_one(GoldenTrajectory golden, ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        var parameter = new Parameter(tensor(golden.Start, type));
        using optim.Optimizer optimizer = golden.Options.Create([("x", parameter)]);
        for (int step = 0; step < golden.Gradients.Length; step++)
        {
            parameter.grad = tensor(golden.Gradients[step], type);
            optimizer.step();
            double[] actual = [.. parameter.to(ScalarType.Float64).data<double>()];
            for (int i = 0; i < actual.Length; i++)
            {
                double expected = golden.Trajectory[step][i];
                double rounding = type == ScalarType.Float32 ? Rounding * golden.Trajectory.Max(x => Math.Abs(x[i])) : 0;
                Assert.AreEqual(expected, actual[i], Tolerance * Math.Abs(expected) + rounding, $"{golden}, step {step + 1}, element {i}");
            }
        }
    }
}
