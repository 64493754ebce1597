using System.Text.RegularExpressions;
using TorchSharp.Modules;

namespace Padam.MLNet.Optimizers;

internal sealed record PatternRule : ParameterRule
{
    private readonly string _pattern;
    private readonly ParameterFactors _factors;

    public PatternRule(string pattern, ParameterFactors factors)
    {
        Require(!string.IsNullOrWhiteSpace(pattern), "A rule's pattern is empty; \"*\" is for all parameters.");
        Require(double.IsFinite(factors.Rate) && factors.Rate >= 0, Fault("rate", factors.Rate));
        Require(double.IsFinite(factors.Decay) && factors.Decay >= 0, Fault("decay", factors.Decay));
        Require(
            factors.Epochs is not < 1,
            $"The rule for \"{pattern}\" is for {factors.Epochs} epochs; it must be for at least 1, or null for all."
        );
        (_pattern, _factors) = (pattern, factors);

        string Fault(string what, double value) =>
            FormattableString.Invariant(
                $"The rule for \"{pattern}\" multiplies the {what} by {value}; it must be a finite number of at least 0."
            );
    }

    public override string ToString() =>
        $"{_pattern}: rate x{_factors.Rate}, decay x{_factors.Decay}{(_factors.Epochs is { } epochs ? $", for {epochs} epochs" : "")}";

    internal override IReadOnlyList<ParameterFactors?> Of(IReadOnlyList<(string Name, Parameter Parameter)> parameters)
    {
        var fits = new Regex($"^{Regex.Escape(_pattern).Replace(@"\*", ".*", StringComparison.Ordinal)}$", RegexOptions.CultureInvariant);
        return [.. parameters.Select(entry => fits.IsMatch(entry.Name) ? _factors : (ParameterFactors?)null)];
    }
}
