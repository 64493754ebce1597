using System.Runtime.Intrinsics;
using Padam.MLNet.Kernels;
using Padam.MLNet.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Kernels;

/// <summary>The one pass over memory against libtorch's operators.</summary>
[TestClass]
public sealed class FusedUpdateTests
{
    /// <summary>Lengths around the registers' and the chunks', and layouts: plain, channels-last, 1x1 filters.</summary>
    private static readonly long[][] Shapes =
    [
        [],
        [1],
        [3],
        [7],
        [8],
        [9],
        [15],
        [16],
        [17],
        [31],
        [33],
        [1000],
        [32 * 1024],
        [32 * 1024 + 5],
        [2, 33001],
        [5, 4, 3, 3],
        [6, 5, 1, 1],
        [0],
    ];

    private static Tensor ChannelsLast(Tensor x) => x.dim() == 4 ? x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : x;

    private static List<Operands> RandomOperands(UpdateRuleCase rule, bool channelsLast)
    {
        manual_seed(1806);
        Tensor Laid(Tensor x) => channelsLast ? ChannelsLast(x) : x;
        Tensor Gradient(long[] shape) => randn(shape) * pow(10.0, randint(-6, 3, shape).to(ScalarType.Float32)) * (rand(shape) > 0.1);
        Tensor? State(bool kept, long[] shape) => kept ? Laid(Gradient(shape).square()) : null;
        return
        [
            .. Shapes.Select(s => new Operands(
                Laid(randn(s)),
                Laid(Gradient(s)),
                State(rule.Keeps.M, s),
                State(rule.Keeps.V, s),
                State(rule.Keeps.MaxV, s)
            )),
        ];
    }

    private static Operands Copy(Operands o) => new(o.Parameter.clone(), o.Gradient.clone(), o.M?.clone(), o.V?.clone(), o.MaxV?.clone());

    private static void AssertClose(IEnumerable<Operands> expected, IEnumerable<Operands> actual)
    {
        foreach (var (e, a) in expected.Zip(actual))
        {
            string shape = $"shape [{string.Join(", ", e.Parameter.shape)}]";
            Assert.IsTrue(e.Parameter.allclose(a.Parameter, rtol: 5e-5, atol: 1e-5), shape);
            foreach (var (x, y) in new[] { (e.M, a.M), (e.V, a.V), (e.MaxV, a.MaxV) })
                Assert.IsTrue(x is null || x.allclose(y!, rtol: 1e-5, atol: 1e-12), shape);
        }
    }

    [TestMethod]
    [DynamicData(nameof(UpdateRuleCase.All), typeof(UpdateRuleCase))]
    public void It_agrees_with_the_tensor_operators(UpdateRuleCase rule)
    {
        using DisposeScope scope = NewDisposeScope();
        foreach (bool channelsLast in (bool[])[false, true])
        {
            List<Operands> memory = RandomOperands(rule, channelsLast),
                operators = [.. memory.Select(Copy)];
            rule.ByMemory(memory);
            rule.ByOperators(operators);
            AssertClose(operators, memory);
        }
    }

    [TestMethod]
    [DynamicData(nameof(UpdateRuleCase.All), typeof(UpdateRuleCase))]
    public void The_number_of_threads_changes_no_bit(UpdateRuleCase rule)
    {
        using DisposeScope scope = NewDisposeScope();
        List<Operands> one = RandomOperands(rule, false),
            three = [.. one.Select(Copy)];
        int threads = get_num_threads();
        try
        {
            set_num_threads(1);
            rule.ByMemory(one);
            set_num_threads(3);
            rule.ByMemory(three);
        }
        finally
        {
            set_num_threads(threads);
        }

        foreach (var (a, b) in one.Zip(three))
            Assert.IsTrue(a.Parameter.equal(b.Parameter).all().item<bool>());
    }

    [TestMethod]
    public void An_element_is_the_same_wherever_it_stands()
    {
        using DisposeScope scope = NewDisposeScope();
        foreach (UpdateRuleCase rule in UpdateRuleCase.All)
        {
            Operands Filled(long length) =>
                new(
                    full(length, 0.7f),
                    full(length, -0.013f),
                    rule.Keeps.M ? full(length, 0.2f) : null,
                    rule.Keeps.V ? full(length, 3e-5f) : null,
                    rule.Keeps.MaxV ? full(length, 4e-5f) : null
                );
            List<Operands> operands = [Filled(1), Filled(100)];
            rule.ByMemory(operands);
            Assert.AreEqual(1, operands[1].Parameter.unique().output.numel(), rule.ToString());
            Assert.AreEqual(operands[0].Parameter[0].item<float>(), operands[1].Parameter[0].item<float>(), rule.ToString());
        }
    }

    [TestMethod]
    public void A_gradient_in_another_layout_is_brought_into_the_parameters()
    {
        using DisposeScope scope = NewDisposeScope();
        var rule = new SgdRule(new SgdOptions { Momentum = 0, WeightDecay = 0 }, 1);
        Tensor start = randn(5, 4, 3, 3),
            gradient = randn(5, 4, 3, 3),
            parameter = ChannelsLast(start.clone());
        var operands = new Operands(parameter, gradient, null, null, null);
        Assert.IsTrue(new FusedUpdate<SgdRule>(rule).TryAdd(operands));
        ElementwiseUpdate.Apply(rule, [operands]);
        Assert.IsTrue(parameter.equal(start - gradient).all().item<bool>());
    }

    [TestMethod]
    public void What_it_cannot_take_the_operators_do()
    {
        using DisposeScope scope = NewDisposeScope();
        var rule = new SgdRule(new SgdOptions { WeightDecay = 0 }, 1);
        Tensor Sparse(Tensor x) => stack([x, x], -1).select(-1, 0);
        Operands[] refused =
        [
            new(ones(3, ScalarType.Float64), ones(3, ScalarType.Float64), zeros(3, ScalarType.Float64), null, null),
            new(Sparse(ones(3)), ones(3), zeros(3), null, null),
            new(ones(1).expand(3).clone(), ones(3), Sparse(zeros(3)), null, null),
        ];
        foreach (Operands operands in refused)
            Assert.IsFalse(new FusedUpdate<SgdRule>(rule).TryAdd(operands));
        Operands taken = new(ones(3), ones(3), zeros(3), null, null);
        Assert.IsTrue(new FusedUpdate<SgdRule>(rule).TryAdd(taken));

        ElementwiseUpdate.Apply(rule, [.. refused, taken]);
        foreach (Operands operands in refused.Append(taken))
        {
            CollectionAssert.AreEqual(new double[3], operands.Parameter.to(ScalarType.Float64).contiguous().data<double>().ToArray());
            CollectionAssert.AreEqual(new double[] { 1, 1, 1 }, operands.M!.to(ScalarType.Float64).contiguous().data<double>().ToArray());
        }
    }

    /// <summary>Has work to do in the processes that <see cref="InstructionSetTests"/> starts.</summary>
    [TestMethod]
    public void Instruction_sets_switched_off_are_not_used()
    {
        bool Off(string name) => Environment.GetEnvironmentVariable("DOTNET_" + name) == "0";
        Assert.IsFalse(Off("EnableAVX512") && Vector512.IsHardwareAccelerated);
        Assert.IsFalse(Off("EnableAVX2") && Vector256.IsHardwareAccelerated);
        Assert.IsFalse(Off("EnableHWIntrinsic") && Vector128.IsHardwareAccelerated);
    }
}
