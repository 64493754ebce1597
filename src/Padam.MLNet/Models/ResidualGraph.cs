using Padam.MLNet.Formats;

namespace Padam.MLNet.Models;

/// <summary>
/// A residual network as an ONNX graph, whose weights are named by their place in it: <c>conv1</c>, <c>bn1</c>, <c>layer1.0.conv1</c>, ...
/// as in torchvision. The names in the file say nothing.
/// </summary>
internal sealed class ResidualGraph
{
    private readonly OnnxFile file;
    private readonly string path;
    private readonly ILookup<string, OnnxNode> readers;
    private readonly Dictionary<string, OnnxTensor> tensors = [];
    private readonly HashSet<OnnxNode> named = new(ReferenceEqualityComparer.Instance);

    private ResidualGraph(OnnxFile file, string path)
    {
        (this.file, this.path) = (file, path);
        readers = file.Nodes.SelectMany(node => node.Inputs.Select(input => (input, node))).ToLookup(read => read.input, read => read.node);
    }

    /// <summary>The weights of the convolutions and batch normalisations, by torchvision's names.</summary>
    /// <exception cref="InvalidDataException">The graph is no such network; the message names the place.</exception>
    public static IReadOnlyDictionary<string, OnnxTensor> Tensors(OnnxFile file, string path)
    {
        var graph = new ResidualGraph(file, path);
        graph.Follow();
        return graph.tensors;
    }

    private void Follow()
    {
        string images = file.Inputs is [string only] ? only : throw Bad($"it has the inputs {string.Join(", ", file.Inputs)}, and not one");
        string map = Output(Reader(Named(Reader(images, "Conv"), "conv1", "bn1"), "Relu"));
        if (readers[map].FirstOrDefault(node => node.Operator == "MaxPool") is { } pooling)
            map = Output(pooling);
        for (int stage = 1, block = 0; readers[map].Any(node => node.Operator == "Conv"); block++)
        {
            // The first block of a stage halves the map, but for the first stage's.
            OnnxNode[] branches = [.. readers[map].Where(node => node.Operator == "Conv")];
            if (branches.Any(branch => branch.Integers.GetValueOrDefault("strides") is [> 1, ..]))
                (stage, block) = (stage + 1, 0);
            map = Block(branches, $"layer{stage}.{block}.");
        }
    }

    /// <summary>One branch is a chain of convolutions with ReLU between them; the other, if there is one, a convolution alone.</summary>
    private string Block(OnnxNode[] branches, string name)
    {
        OnnxNode? sum = null;
        foreach (OnnxNode branch in branches)
        {
            bool isShortcut = readers[Output(Reader(Output(branch), "BatchNormalization"))].Any(node => node.Operator == "Add");
            if (isShortcut)
                Named(branch, name + "downsample.0", name + "downsample.1");
            else
                sum = Chain(branch, name);
        }

        return sum is null ? throw Bad($"{name[..^1]} has no chain of convolutions") : Output(Reader(Output(sum), "Relu"));
    }

    private OnnxNode Chain(OnnxNode convolution, string name)
    {
        for (int place = 1; ; place++)
        {
            string map = Named(convolution, $"{name}conv{place}", $"{name}bn{place}");
            if (readers[map].FirstOrDefault(node => node.Operator == "Add") is { } sum)
                return sum;
            convolution = Reader(Output(Reader(map, "Relu")), "Conv");
        }
    }

    /// <summary>Takes the weights of a convolution and of the batch normalisation after it.</summary>
    /// <returns>The normalised map.</returns>
    private string Named(OnnxNode convolution, string convolutionName, string normName)
    {
        if (!named.Add(convolution))
            throw Bad($"it goes in a circle at {convolutionName}");
        // Rows and columns of zeros at the lower and right edge may be fewer, as no filter reaches the last ones where the stride is 2.
        if (
            convolution.Integers.GetValueOrDefault("pads") is [long top, long left, ..]
            && convolution.Integers.GetValueOrDefault("kernel_shape") is [long height, long width]
            && (top, left) != (height / 2, width / 2)
        )
            throw Bad($"the convolution {convolutionName} has a padding of {top}, {left}, and not of half its kernel");
        OnnxNode norm = Reader(Output(convolution), "BatchNormalization");
        Take(convolution, 1, $"{convolutionName}.weight");
        if (convolution.Inputs.Count > 2)
            Take(convolution, 2, $"{convolutionName}.bias");
        foreach ((int input, string part) in new[] { (1, "weight"), (2, "bias"), (3, "running_mean"), (4, "running_var") })
            Take(norm, input, $"{normName}.{part}");
        return Output(norm);
    }

    private void Take(OnnxNode node, int input, string name)
    {
        if (node.Inputs.Count <= input || !file.Tensors.TryGetValue(node.Inputs[input], out OnnxTensor? numbers))
            throw Bad($"{name} is not in it");
        if (!tensors.TryAdd(name, numbers))
            throw Bad($"{name} is in it twice");
    }

    private OnnxNode Reader(string value, string type) =>
        readers[value].FirstOrDefault(node => node.Operator == type)
        ?? throw Bad(
            $"{type} was expected after \"{value}\", where there is {string.Join(", ", readers[value].Select(node => node.Operator))}"
        );

    private string Output(OnnxNode node) =>
        node.Outputs is [string first, ..] ? first : throw Bad($"a node of type {node.Operator} has no output");

    private InvalidDataException Bad(string what) =>
        new($"{path} is no residual network of convolutions and batch normalisations, and has no names of this network's: {what}.");
}
