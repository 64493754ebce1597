using Padam.MLNet.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Backbones;

/// <summary>
/// What the built-in networks share: the check of the input, the memory layout, one linear layer at the end, and no tensor left behind by a
/// forward pass.
/// </summary>
internal abstract class Network(string name) : nn.Module<Tensor, Tensor>(name)
{
    /// <summary>The backbone's name, for messages.</summary>
    internal string Title { get; set; } = name;

    /// <summary>The sizes of images that the network takes.</summary>
    internal ImageSizeRule Sizes { get; set; } = new(Minimum: 1);

    /// <summary>Whether activations are channels-last; <see cref="MemoryLayout.ToChannelsLast"/> says so.</summary>
    internal bool ChannelsLast { get; set; }

    /// <summary>The layer that makes logits of a vector.</summary>
    internal abstract Linear LastLayer { get; }

    /// <summary>Numbers of the vector that the last layer is given.</summary>
    internal int FeatureCount => (int)LastLayer.in_features;

    public sealed override Tensor forward(Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        return LastLayer.forward(Features(images)).MoveToOuterDisposeScope();
    }

    /// <summary>What the last layer is given: vectors [N, features] from images [N, 3, H, W].</summary>
    internal Tensor Features(Tensor images)
    {
        if (images.dim() != 4 || images.shape[1] != 3)
            throw new ArgumentException($"{Title} takes images [N, 3, H, W]; this tensor is [{string.Join(", ", images.shape)}].");
        Sizes.Require(Title, images.shape[2], images.shape[3]);
        using DisposeScope scope = NewDisposeScope();
        return Vectors(ChannelsLast ? images.ToChannelsLast() : images).MoveToOuterDisposeScope();
    }

    /// <summary>The layers before the last one; temporaries go with the caller's dispose scope.</summary>
    protected abstract Tensor Vectors(Tensor images);
}
