using System.Collections;
using TorchSharp.Modules;

namespace Padam.MLNet.Optimizers;

/// <summary>Rules as a value: two lists of equal rules are equal, as the options are that have them.</summary>
internal sealed class RuleList(IEnumerable<ParameterRule> rules) : IReadOnlyList<ParameterRule>
{
    internal static readonly RuleList Empty = new([]);

    private readonly ParameterRule[] _rules = [.. rules];

    public int Count => _rules.Length;

    public ParameterRule this[int index] => _rules[index];

    public IEnumerator<ParameterRule> GetEnumerator() => _rules.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override bool Equals(object? obj) => obj is RuleList other && _rules.SequenceEqual(other._rules);

    public override int GetHashCode() => _rules.Aggregate(0, HashCode.Combine);

    public override string ToString() => $"[{string.Join("; ", _rules.AsEnumerable())}]";

    /// <summary>All rules' factors of each parameter, multiplied.</summary>
    /// <exception cref="ArgumentException">A rule takes hold of none; the message has all that do.</exception>
    internal IReadOnlyList<ParameterFactors> Of(IReadOnlyList<(string Name, Parameter Parameter)> parameters)
    {
        ParameterFactors[] factors = [.. parameters.Select(_ => ParameterFactors.None)];
        List<ParameterRule> idle = [];
        foreach (ParameterRule rule in _rules)
        {
            IReadOnlyList<ParameterFactors?> own = rule.Of(parameters);
            if (own.All(factor => factor is null))
                idle.Add(rule);
            for (int i = 0; i < factors.Length; i++)
                factors[i] *= own[i] ?? ParameterFactors.None;
        }

        if (idle.Count == 0)
            return factors;
        throw new ArgumentException(
            $"Optimizer rules that no trained parameter fits: {string.Join("; ", idle)}. The parameters are "
                + $"{string.Join(", ", parameters.Take(6).Select(entry => entry.Name))}{(parameters.Count > 6 ? ", ..." : "")}."
        );
    }
}
