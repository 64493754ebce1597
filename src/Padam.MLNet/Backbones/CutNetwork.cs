using Padam.MLNet.Layers;
using static TorchSharp.torch;
using Dropout = TorchSharp.Modules.Dropout;

namespace Padam.MLNet.Backbones;

/// <summary>
/// A network cut in two: the stages at its beginning, whose outputs may be kept because a training leaves them as they are, and the rest.
/// </summary>
internal sealed class CutNetwork
{
    private readonly nn.Module<Tensor, Tensor> _network;
    private readonly int _stages;

    private CutNetwork(nn.Module<Tensor, Tensor> network, int stages) => (_network, _stages) = (network, stages);

    /// <summary>Whether there is anything before the cut.</summary>
    public bool HasBeginning => _stages > 0;

    /// <summary>Before its first layer: all of it is the rest.</summary>
    public static CutNetwork Nowhere(nn.Module<Tensor, Tensor> network) => new(network, 0);

    /// <summary>
    /// Behind the last of the stages that, from the first on, yield the same for the same image in every epoch: no parameter is trained,
    /// and no normalisation or dropout is in training mode. For a network that is as its training has it.
    /// </summary>
    public static CutNetwork BehindConstantStages(nn.Module<Tensor, Tensor> network) =>
        new(network, network is Network ours ? ours.Stages.TakeWhile(stage => stage.Layers.All(IsConstant)).Count() : 0);

    /// <summary>What the beginning makes of images [N, 3, H, W]: maps [N, C, H, W] or vectors [N, C].</summary>
    public Tensor Beginning(Tensor images) => ((Network)_network).Beginning(images, _stages);

    /// <summary>Logits [N, classes] of what the beginning made; of images where there is none.</summary>
    public Tensor Logits(Tensor made, long classes) =>
        HasBeginning ? ((Network)_network).LogitsOfRest(made, _stages) : _network.LogitsOf(made, classes);

    private static bool IsConstant(nn.Module layer) =>
        layer.parameters().All(parameter => !parameter.requires_grad)
        && !layer.modules().Prepend(layer).Any(part => part is BatchNorm { training: true } or Dropout { training: true });
}
