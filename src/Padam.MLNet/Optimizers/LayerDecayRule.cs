using TorchSharp.Modules;

namespace Padam.MLNet.Optimizers;

internal sealed record LayerDecayRule : ParameterRule
{
    private readonly double _factor;

    public LayerDecayRule(double factor)
    {
        Require(
            factor is > 0 and <= 1,
            FormattableString.Invariant($"The rate's layer decay must be above 0 and at most 1, but is {factor}.")
        );
        _factor = factor;
    }

    public override string ToString() => $"rate x{_factor} from layer to layer";

    internal override IReadOnlyList<ParameterFactors?> Of(IReadOnlyList<(string Name, Parameter Parameter)> parameters)
    {
        int[] layers = Layers(parameters);
        return [.. layers.Select(layer => (ParameterFactors?)new ParameterFactors(Math.Pow(_factor, layers[^1] - layer), 1))];
    }

    /// <summary>The number of each parameter's layer, from 0.</summary>
    internal static int[] Layers(IReadOnlyList<(string Name, Parameter Parameter)> parameters)
    {
        int[] layers = new int[parameters.Count];
        (string? block, int layer) = (null, -1);
        for (int i = 0; i < layers.Length; i++)
        {
            (string name, Parameter parameter) = parameters[i];
            // What has no kernel goes with the layer before it; a network may begin with a normalisation.
            if (layer < 0 || (parameter.dim() > 1 && Block(name) != block))
                (block, layer) = (Block(name), layer + 1);
            layers[i] = layer;
        }

        return layers;
    }

    // "layer1.0" of "layer1.0.conv1.weight", "features.3" of "features.3.weight", "conv1" of "conv1.weight".
    private static string Block(string name)
    {
        string[] path = name.Split('.');
        int number = Array.FindIndex(path, part => part.Length > 0 && part.All(char.IsAsciiDigit));
        return string.Join('.', path[..(number < 0 ? 1 : number + 1)]);
    }
}
