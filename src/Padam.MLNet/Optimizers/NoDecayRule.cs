using TorchSharp.Modules;

namespace Padam.MLNet.Optimizers;

internal sealed record NoDecayRule : ParameterRule
{
    public override string ToString() => "no decay on biases and normalisation";

    internal override IReadOnlyList<ParameterFactors?> Of(IReadOnlyList<(string Name, Parameter Parameter)> parameters) =>
        [.. parameters.Select(entry => entry.Parameter.dim() <= 1 ? new ParameterFactors(1, 0) : (ParameterFactors?)null)];
}
