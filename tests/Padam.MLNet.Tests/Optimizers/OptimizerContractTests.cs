using Padam.MLNet.Optimizers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Optimizers;

/// <summary>What every optimizer of the library keeps to.</summary>
[TestClass]
public sealed class OptimizerContractTests
{
    public static IEnumerable<OptimizerOptionsBase> Everyone =>
        [
            new PadamOptions { LearningRate = 0.05 },
            new PadamOptions
            {
                LearningRate = 0.02,
                Partial = 0.4,
                AmsGrad = false,
                DecoupledWeightDecay = true,
            },
            new PadamOptions
            {
                LearningRate = 0.05,
                Partial = 0,
                WeightDecay = 0,
            },
            new PadamOptions { LearningRate = 0.05, EpsilonPlacement = EpsilonPlacement.OutsideRoot },
            new AdamOptions { LearningRate = 0.02 },
            new AmsGradOptions { LearningRate = 0.02, UncorrectedEpsilon = true },
            new AdamWOptions { LearningRate = 0.02, WeightDecay = 0.001 },
            new SgdOptions { LearningRate = 0.001 },
            new SgdOptions { LearningRate = 0.002, Momentum = 0 },
            new SgdOptions { LearningRate = 0.0005, Nesterov = true },
            new YogiOptions { LearningRate = 0.05 },
            new AdaBoundOptions { LearningRate = 0.02, FinalLearningRate = 0.002 },
            new AdaBoundOptions
            {
                LearningRate = 0.02,
                FinalLearningRate = 0.002,
                AmsBound = true,
            },
        ];

    public static IEnumerable<(OptimizerOptionsBase Options, ScalarType Type)> EveryoneInBothTypes =>
        from options in Everyone
        from type in new[] { ScalarType.Float32, ScalarType.Float64 }
        select (options, type);

    private static Parameter Values(ScalarType type, params double[] values) => new(tensor(values, type));

    /// <summary>An image kernel whose values lie channels-last in memory.</summary>
    private static Parameter ChannelsLast(int seed) => new(Noise(seed).permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2));

    private static Tensor Noise(int seed) => randn([4, 3, 3, 3], generator: new Generator((ulong)seed));

    [TestMethod]
    [DynamicData(nameof(Everyone))]
    public void Descends_a_parabola(OptimizerOptionsBase options)
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter x = Values(ScalarType.Float32, 1, -2, 0.5);
        using optim.Optimizer optimizer = options.Create([("x", x)]);
        Tensor Loss() => x.square().sum();
        float before = Loss().item<float>();
        for (int i = 0; i < 300; i++)
        {
            optimizer.zero_grad();
            Loss().backward();
            optimizer.step();
        }

        Assert.IsLessThan(before / 2, Loss().item<float>());
    }

    [TestMethod]
    [DynamicData(nameof(Everyone))]
    public void Descends_Rosenbrocks_valley(OptimizerOptionsBase options)
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter x = Values(ScalarType.Float64, -1.2, 1);
        using optim.Optimizer optimizer = options.Create([("x", x)]);
        Tensor Loss() => (1 - x[0]).square() + 10 * (x[1] - x[0].square()).square();
        double before = Loss().item<double>();
        for (int i = 0; i < 500; i++)
        {
            using DisposeScope step = NewDisposeScope();
            optimizer.zero_grad();
            optimizer.step(() =>
            {
                Tensor loss = Loss();
                loss.backward();
                return loss;
            });
        }

        Assert.IsLessThan(before / 2, Loss().item<double>());
    }

    [TestMethod]
    [DynamicData(nameof(EveryoneInBothTypes))]
    public void Keeps_type_device_shape_and_layout(OptimizerOptionsBase options, ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        var x = new Parameter(ChannelsLast(1).to(type));
        using optim.Optimizer optimizer = options.Create([("x", x)]);
        (long[] shape, long[] strides) = (x.shape, x.stride());
        x.grad = ones_like(x);
        optimizer.step();
        Assert.AreEqual(type, x.dtype);
        Assert.AreEqual(DeviceType.CPU, x.device_type);
        CollectionAssert.AreEqual(shape, x.shape);
        CollectionAssert.AreEqual(strides, x.stride());
    }

    [TestMethod]
    [DynamicData(nameof(EveryoneInBothTypes))]
    public void Layout_changes_nothing_but_layout(OptimizerOptionsBase options, ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter plain = new(Noise(1).to(type)),
            last = new(ChannelsLast(1).to(type)),
            mixed = new(ChannelsLast(1).to(type));
        using optim.Optimizer optimizer = options.Create([("plain", plain), ("last", last), ("mixed", mixed)]);
        for (int step = 1; step <= 5; step++)
        {
            plain.grad = Noise(100 + step).to(type);
            last.grad = ChannelsLast(100 + step).detach().to(type);
            mixed.grad = Noise(100 + step).to(type);
            optimizer.step();
        }

        // Not bit by bit: a general power's last bit depends on where in memory an element stands.
        Assert.IsTrue(plain.allclose(last, rtol: 1e-6, atol: 1e-7));
        Assert.IsTrue(plain.allclose(mixed, rtol: 1e-6, atol: 1e-7));
    }

    [TestMethod]
    [DynamicData(nameof(Everyone))]
    public void Leaves_parameters_without_gradient_alone(OptimizerOptionsBase options)
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter trained = Values(ScalarType.Float32, 1, 2),
            frozen = Values(ScalarType.Float32, 3, 4);
        using optim.Optimizer optimizer = options.Create([("trained", trained), ("frozen", frozen)]);
        trained.grad = ones(2);
        optimizer.step();
        CollectionAssert.AreEqual(new[] { 3f, 4f }, frozen.data<float>().ToArray());
        CollectionAssert.AreNotEqual(new[] { 1f, 2f }, trained.data<float>().ToArray());

        frozen.grad = ones(2);
        trained.grad = null;
        optimizer.step();
        Parameter alone = Values(ScalarType.Float32, 3, 4);
        using optim.Optimizer fresh = options.Create([("alone", alone)]);
        alone.grad = ones(2);
        fresh.step();
        CollectionAssert.AreEqual(alone.data<float>().ToArray(), frozen.data<float>().ToArray(), "a parameter's age counts its own steps");
    }

    [TestMethod]
    [DynamicData(nameof(Everyone))]
    public void Groups_keep_their_own_rates(OptimizerOptionsBase options)
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter still = Values(ScalarType.Float32, 1, 2),
            moved = Values(ScalarType.Float32, 1, 2),
            alone = Values(ScalarType.Float32, 1, 2);
        using optim.Optimizer optimizer = options.Create([("moved", moved)]),
            single = options.Create([("alone", alone)]);
        optimizer.add_param_group(
            new ParamGroup
            {
                Parameters = [still],
                Options = new OptimizerOptions { LearningRate = 0 },
            }
        );
        Assert.AreEqual(2, optimizer.ParamGroups.Count());
        foreach (Parameter parameter in (Parameter[])[still, moved, alone])
            parameter.grad = tensor(new[] { 0.5f, -3f });
        optimizer.step();
        single.step();
        CollectionAssert.AreEqual(new[] { 1f, 2f }, still.data<float>().ToArray());
        CollectionAssert.AreEqual(alone.data<float>().ToArray(), moved.data<float>().ToArray());
    }

    [TestMethod]
    [DynamicData(nameof(Everyone))]
    public void The_learning_rate_can_be_set_before_any_step(OptimizerOptionsBase options)
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter x = Values(ScalarType.Float32, 1, 2);
        using optim.Optimizer optimizer = options.Create([("x", x)]);
        Assert.AreEqual(options.LearningRate, optimizer.ParamGroups.Single().InitialLearningRate);
        foreach (optim.ILearningRateController group in optimizer.ParamGroups)
            group.LearningRate = 0;
        x.grad = ones(2);
        optimizer.step();
        CollectionAssert.AreEqual(new[] { 1f, 2f }, x.data<float>().ToArray());
    }

    [TestMethod]
    [DynamicData(nameof(Everyone))]
    public void A_saved_and_reloaded_optimizer_continues_identically(OptimizerOptionsBase options)
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter x = ChannelsLast(7);
        using var original = (OptimizerHelper)options.Create([("x", x)]);
        void Step(Parameter parameter, OptimizerHelper optimizer, int number)
        {
            parameter.grad = Noise(number);
            optimizer.step();
        }

        for (int i = 1; i <= 5; i++)
            Step(x, original, i);
        original.ParamGroups.Single().LearningRate *= 0.5;

        var copy = new Parameter(x.detach().clone());
        using var restored = (OptimizerHelper)options.Create([("x", copy)]);
        Restore(restored, Saved(original));
        for (int i = 6; i <= 25; i++)
        {
            Step(x, original, i);
            Step(copy, restored, i);
            Assert.IsTrue(x.equal(copy).all().item<bool>(), $"step {i}");
        }

        Assert.IsTrue(original.state_dict().State.Single().ApproximatelyEquals(restored.state_dict().State.Single()));
    }

    [TestMethod]
    [DynamicData(nameof(Everyone))]
    public void Damaged_or_foreign_state_is_refused(OptimizerOptionsBase options)
    {
        using DisposeScope scope = NewDisposeScope();
        using var optimizer = (OptimizerHelper)options.Create([("x", ChannelsLast(1))]);
        byte[] saved = Saved(optimizer);
        Assert.ThrowsExactly<EndOfStreamException>(() => Restore(optimizer, saved[..^1]));

        using var other = (OptimizerHelper)
            (options is SgdOptions ? new AdamOptions() : (OptimizerOptionsBase)new SgdOptions()).Create([("x", ChannelsLast(1))]);
        Assert.ThrowsExactly<InvalidDataException>(() => Restore(other, saved));

        using var larger = (OptimizerHelper)options.Create([("x", ChannelsLast(1)), ("y", ChannelsLast(2))]);
        Assert.ThrowsExactly<ArgumentException>(() => Restore(larger, saved));
    }

    [TestMethod]
    [DynamicData(nameof(Everyone))]
    public void A_step_leaves_no_tensors_behind(OptimizerOptionsBase options)
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter x = Values(ScalarType.Float64, 1, 2),
            y = Values(ScalarType.Float32, 1, 2);
        using optim.Optimizer optimizer = options.Create([("x", x), ("y", y)]);
        x.grad = ones(2, ScalarType.Float64);
        y.grad = ones(2);
        int before = scope.DisposablesCount;
        for (int i = 0; i < 10; i++)
            optimizer.step();
        Assert.AreEqual(before, scope.DisposablesCount);
    }

    [TestMethod]
    [DynamicData(nameof(Everyone))]
    public void A_parameter_comes_once(OptimizerOptionsBase options)
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter x = Values(ScalarType.Float32, 1);
        Assert.ThrowsExactly<ArgumentException>(() => options.Create([("x", x), ("again", x)]));
        using optim.Optimizer optimizer = options.Create([("x", x)]);
        Assert.ThrowsExactly<ArgumentException>(() => optimizer.add_param_group(new ParamGroup { Parameters = [x] }));
    }

    private static byte[] Saved(OptimizerHelper optimizer)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream))
            optimizer.save_state_dict(writer);
        return stream.ToArray();
    }

    private static void Restore(OptimizerHelper optimizer, byte[] saved)
    {
        using var reader = new BinaryReader(new MemoryStream(saved));
        optimizer.load_state_dict(reader);
    }
}
