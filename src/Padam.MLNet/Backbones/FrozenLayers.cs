using static TorchSharp.torch;

namespace Padam.MLNet.Backbones;

/// <summary>
/// Layers whose parameters stay as they are, for fine-tuning. They also stay in evaluation mode: a frozen batch normalisation would
/// otherwise go on moving its running statistics and normalise by the batch, so that the layer changes after all.
/// </summary>
internal sealed class FrozenLayers
{
    private readonly List<nn.Module> layers;

    private FrozenLayers(List<nn.Module> layers) => this.layers = layers;

    /// <summary>
    /// Turns off the gradients of the named layers. Call <see cref="StayInEvaluationMode"/> after every <c>network.train()</c>.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="names">
    /// Layers (<c>conv1</c>, <c>layer1</c>, <c>features.0</c>), with all that is inside them, or single parameters (<c>fc.bias</c>).
    /// </param>
    /// <exception cref="ArgumentException">A name is not part of the network, or nothing would be left to train.</exception>
    public static FrozenLayers Freeze(nn.Module network, IEnumerable<string> names)
    {
        string[] chosen = [.. names];
        var parameters = network.named_parameters().ToArray();
        var modules = network.named_modules().ToArray();
        string[] unknown =
        [
            .. chosen.Where(name => !parameters.Any(entry => Within(entry.name, name)) && !modules.Any(entry => entry.name == name)),
        ];
        if (unknown.Length > 0)
            throw new ArgumentException(
                $"FrozenLayers: {string.Join(", ", unknown.Select(name => $"\"{name}\""))} is no part of the network. Its layers are "
                    + $"{string.Join(", ", network.named_children().Select(child => child.name))}; inner ones are named as in "
                    + $"{parameters[0].name}."
            );
        if (parameters.All(entry => chosen.Any(name => Within(entry.name, name))))
            throw new ArgumentException("FrozenLayers: every layer is frozen, and nothing is left to train.");

        foreach ((string name, TorchSharp.Modules.Parameter parameter) in parameters)
            if (chosen.Any(layer => Within(name, layer)))
                parameter.requires_grad = false;
        return new FrozenLayers([.. modules.Where(entry => chosen.Contains(entry.name)).Select(entry => entry.module)]);
    }

    /// <summary>Puts the frozen layers back into evaluation mode.</summary>
    public void StayInEvaluationMode()
    {
        foreach (nn.Module layer in layers)
            layer.eval();
    }

    private static bool Within(string name, string layer) => name == layer || name.StartsWith(layer + ".", StringComparison.Ordinal);
}
