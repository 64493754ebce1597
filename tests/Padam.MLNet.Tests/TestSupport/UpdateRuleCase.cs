using Padam.MLNet.Kernels;
using Padam.MLNet.Optimizers;

namespace Padam.MLNet.Tests;

/// <summary>One step of a rule by either way, and which state the rule keeps.</summary>
public sealed class UpdateRuleCase
{
    private const double Rate = 0.05;
    private const long T = 7;

    private readonly string _name;

    private UpdateRuleCase(string name) => _name = name;

    internal (bool M, bool V, bool MaxV) Keeps { get; private init; }

    internal Action<IReadOnlyList<Operands>> ByMemory { get; private init; } = null!;

    internal Action<IReadOnlyList<Operands>> ByOperators { get; private init; } = null!;

    internal static UpdateRuleCase Of<TRule>(string name, TRule rule, bool m = true, bool v = true, bool maxV = false)
        where TRule : struct, IUpdateRule =>
        new(name)
        {
            Keeps = (m, v, maxV),
            ByMemory = operands => ElementwiseUpdate.Apply(rule, operands),
            ByOperators = operands => ElementwiseUpdate.ByTensorOperators(rule, operands),
        };

    public override string ToString() => _name;

    public static IEnumerable<UpdateRuleCase> All =>
        [
            .. from p in new[] { 0, 1 / 16.0, 1 / 8.0, 1 / 4.0, 1 / 2.0, 0.3, 0.4 }
            from placement in Enum.GetValues<EpsilonPlacement>()
            let o = new PadamOptions
            {
                Partial = p,
                EpsilonPlacement = placement,
                Epsilon = 1e-4,
            }
            select UpdateRuleCase.Of($"padam {p} {placement}", new PadamRule(o, Rate, T), maxV: true),
            UpdateRuleCase.Of("padam without maximum", new PadamRule(new PadamOptions { AmsGrad = false }, Rate, T)),
            UpdateRuleCase.Of("padam decoupled", new PadamRule(new PadamOptions { DecoupledWeightDecay = true }, Rate, T), maxV: true),
            UpdateRuleCase.Of("adam", new AdamRule(new AdamOptions(), false, Rate, T) { L2 = 1e-2 }),
            UpdateRuleCase.Of("amsgrad", new AdamRule(new AdamOptions(), true, Rate, T) { AmsGrad = true }, maxV: true),
            UpdateRuleCase.Of("adamw", new AdamRule(new AdamOptions(), false, Rate, T) { Shrink = 0.99 }),
            UpdateRuleCase.Of("sgd", new SgdRule(new SgdOptions(), Rate), v: false),
            UpdateRuleCase.Of("sgd with nesterov", new SgdRule(new SgdOptions { Nesterov = true }, Rate), v: false),
            UpdateRuleCase.Of("sgd without momentum", new SgdRule(new SgdOptions { Momentum = 0 }, Rate), m: false, v: false),
            UpdateRuleCase.Of("yogi", new YogiRule(new YogiOptions(), Rate, T)),
            UpdateRuleCase.Of("adabound", new AdaBoundRule(new AdaBoundOptions(), Rate, T)),
            UpdateRuleCase.Of("amsbound", new AdaBoundRule(new AdaBoundOptions { AmsBound = true }, Rate, T), maxV: true),
        ];
}
