using Padam.MLNet.Optimizers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Optimizers;

/// <summary>The moments that an optimizer keeps of a parameter: how many, taken over, read, on another device, and for how long.</summary>
[TestClass]
public sealed class MomentsTests
{
    public static IEnumerable<OptimizerOptionsBase> Everyone => OptimizerContractTests.Everyone;

    public static IEnumerable<(OptimizerOptionsBase Options, double Moments)> MomentsOfFormulas =>
        [
            (new SgdOptions { Momentum = 0 }, 0),
            (new SgdOptions(), 1),
            (new SgdOptions { Nesterov = true }, 1),
            (new AdamOptions(), 2),
            (new AdamOptions { AmsGrad = true }, 3),
            (new AmsGradOptions(), 3),
            (new AdamWOptions(), 2),
            (new YogiOptions(), 2),
            (new AdaBoundOptions(), 2),
            (new AdaBoundOptions { AmsBound = true }, 3),
            (new PadamOptions(), 3),
            (new PadamOptions { AmsGrad = false }, 2),
        ];

    [TestMethod]
    [DynamicData(nameof(MomentsOfFormulas))]
    public void As_many_numbers_are_kept_of_each_of_a_parameters_as_the_formula_has_moments(OptimizerOptionsBase options, double moments)
    {
        const int numbers = 1000;
        Assert.AreEqual(moments, (Length(2 * numbers) - Length(numbers)) / (double)(numbers * sizeof(float)));

        int Length(int count)
        {
            using var x = new Parameter(zeros(count));
            using var optimizer = (OptimizerHelper)options.Create([("x", x)]);
            return Saved(optimizer).Length;
        }
    }

    [TestMethod]
    [DynamicData(nameof(Everyone))]
    public void State_that_is_taken_over_goes_on_as_where_it_comes_from(OptimizerOptionsBase options)
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter x = new(Noise(0)),
            y = new(Noise(1));
        using OptimizerHelper source = (OptimizerHelper)options.Create([("x", x)]),
            other = (OptimizerHelper)options.Create([("y", y)]);
        for (int step = 1; step <= 3; step++)
            Step(source, x, Noise(100 + step));

        other.load_state_dict(source.state_dict());
        using (no_grad())
            y.copy_(x);

        for (int step = 4; step <= 6; step++)
        {
            Step(source, x, Noise(100 + step));
            Step(other, y, Noise(100 + step));
            Assert.IsTrue(x.equal(y).all().item<bool>(), $"step {step}");
        }
    }

    [TestMethod]
    [DataRow(true, false)]
    [DataRow(false, true)]
    public void Saved_state_of_other_moments_is_refused(bool saved, bool kept)
    {
        using DisposeScope scope = NewDisposeScope();
        using OptimizerHelper source = (OptimizerHelper)new AdamOptions { AmsGrad = saved }.Create([("x", new Parameter(Noise(0)))]),
            other = (OptimizerHelper)new AdamOptions { AmsGrad = kept }.Create([("y", new Parameter(Noise(1)))]);
        using var reader = new BinaryReader(new MemoryStream(Saved(source)));
        string message = Assert.ThrowsExactly<InvalidDataException>(() => other.load_state_dict(reader)).Message;
        Assert.Contains("holds other moments than this optimizer keeps", message);
    }

    // A device without numbers stands for a GPU: what is moved, and what is let go, is the same.
    [TestMethod]
    [DynamicData(nameof(Everyone))]
    public void State_moves_to_another_device_and_leaves_nothing_where_it_was(OptimizerOptionsBase options)
    {
        using DisposeScope scope = NewDisposeScope();
        using var optimizer = (OptimizerHelper)options.Create([("x", new Parameter(Noise(0)))]);
        Tensor?[] before = Moments(optimizer);

        optimizer.to(new Device(DeviceType.META));

        Tensor?[] after = Moments(optimizer);
        for (int i = 0; i < before.Length; i++)
        {
            Assert.AreEqual(before[i] is null, after[i] is null);
            Assert.IsTrue(before[i] is null || before[i]!.IsInvalid, "the old one is let go");
            Assert.IsTrue(after[i] is null || after[i]!.device_type == DeviceType.META);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Everyone))]
    public void State_that_is_on_the_device_already_stays_as_it_is(OptimizerOptionsBase options)
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter x = new(Noise(0)),
            y = new(Noise(0));
        using OptimizerHelper moved = (OptimizerHelper)options.Create([("x", x)]),
            left = (OptimizerHelper)options.Create([("y", y)]);
        for (int step = 1; step <= 2; step++)
        {
            Step(moved, x, Noise(100 + step));
            Step(left, y, Noise(100 + step));
            moved.to(CPU);
        }

        Assert.IsTrue(x.equal(y).all().item<bool>());
    }

    [TestMethod]
    [DynamicData(nameof(Everyone))]
    public void A_disposed_optimizer_holds_no_moments(OptimizerOptionsBase options)
    {
        using DisposeScope scope = NewDisposeScope();
        var optimizer = (OptimizerHelper)options.Create([("x", new Parameter(Noise(0))), ("y", new Parameter(Noise(1)))]);
        Tensor?[] moments = Moments(optimizer);
        optimizer.Dispose();
        foreach (Tensor? moment in moments)
            Assert.IsTrue(moment is null || moment.IsInvalid);
    }

    private static Tensor?[] Moments(OptimizerHelper optimizer) =>
        [.. optimizer.state_dict().State.Cast<ParameterState>().SelectMany(state => new[] { state.M, state.V, state.MaxV })];

    private static void Step(OptimizerHelper optimizer, Parameter parameter, Tensor gradient)
    {
        parameter.grad = gradient;
        optimizer.step();
    }

    private static Tensor Noise(int seed) => randn([12], generator: new Generator((ulong)seed));

    private static byte[] Saved(OptimizerHelper optimizer)
    {
        using var stream = new MemoryStream();
        optimizer.save_state_dict(new BinaryWriter(stream));
        return stream.ToArray();
    }
}
