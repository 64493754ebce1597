using Padam.MLNet.Kernels;
using Padam.MLNet.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Backbones;

/// <summary>
/// What the built-in networks share: the check of the input, the memory layout, one linear layer at the end, and no tensor left behind by a
/// forward pass.
/// </summary>
internal abstract class Network(string name) : nn.Module<Tensor, Tensor>(name), IExportable
{
    /// <summary>The backbone's name, for messages.</summary>
    internal string Title { get; set; } = name;

    /// <summary>The sizes of images that the network takes.</summary>
    internal ImageSizeRule Sizes { get; set; } = new(Minimum: 1);

    /// <summary>Whether activations are channels-last; <see cref="MemoryLayout.ToChannelsLast"/> says so.</summary>
    internal bool ChannelsLast { get; set; }

    /// <summary>The layer that makes logits of a vector.</summary>
    internal abstract Dense LastLayer { get; }

    /// <summary>Numbers of the vector that the last layer is given.</summary>
    internal int FeatureCount => (int)LastLayer.Weight.shape[1];

    public sealed override Tensor forward(Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        return LastLayer.forward(Features(images)).MoveToOuterDisposeScope();
    }

    public GraphValue Export(IGraphBuilder graph, GraphValue input) => graph.Module(LastLayer, ExportFeatures(graph, input));

    /// <summary>What the last layer is given, written down.</summary>
    internal GraphValue ExportFeatures(IGraphBuilder graph, GraphValue images) =>
        Stages.Aggregate(images, (value, stage) => stage.Export(graph, value));

    /// <summary>What the last layer is given: vectors [N, features] from images [N, 3, H, W].</summary>
    internal Tensor Features(Tensor images)
    {
        if (images.dim() != 4 || images.shape[1] != 3)
            throw new ArgumentException($"{Title} takes images [N, 3, H, W]; this tensor is [{string.Join(", ", images.shape)}].");
        Sizes.Require(Title, images.shape[2], images.shape[3]);
        return Beginning(images, Stages.Count);
    }

    /// <summary>The layers before the last one, which yield vectors [N, features] in the end.</summary>
    internal abstract IReadOnlyList<Stage> Stages { get; }

    /// <summary>What the first stages make of images of the right size.</summary>
    internal Tensor Beginning(Tensor images, int stages)
    {
        using DisposeScope scope = NewDisposeScope();
        return Through(Stages.Take(stages), images, scope).MoveToOuterDisposeScope();
    }

    /// <summary>The logits of what the first stages made.</summary>
    internal Tensor LogitsOfRest(Tensor made, int stages)
    {
        using DisposeScope scope = NewDisposeScope();
        return LastLayer.forward(Through(Stages.Skip(stages), made, scope)).MoveToOuterDisposeScope();
    }

    private Tensor Through(IEnumerable<Stage> stages, Tensor made, DisposeScope scope)
    {
        Tensor latest = ChannelsLast && made.dim() == 4 ? made.ToChannelsLast() : made;
        foreach (Stage stage in stages)
        {
            latest = stage.Forward(latest);
            // The maps of photographs take gigabytes when a batch is scored, so none waits for the end.
            scope.DisposeEverythingBut(latest);
        }

        return latest;
    }
}
