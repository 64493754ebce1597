using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Backbones;

/// <summary>Whose a network's tensors are: its own, never a dispose scope's that happens to be open.</summary>
internal static class NetworkTensors
{
    /// <summary>Takes all parameters and buffers out of the scopes they were made in.</summary>
    public static void Keep(this nn.Module network)
    {
        foreach (Tensor tensor in network.parameters().Concat(network.buffers()))
            tensor.DetachFromDisposeScope();
    }

    /// <summary>The parameters that an optimizer is to change: those that are not frozen.</summary>
    public static IEnumerable<(string name, Parameter parameter)> TrainedParameters(this nn.Module network) =>
        network.named_parameters().Where(entry => entry.parameter.requires_grad);

    /// <summary>Moves the network to a device.</summary>
    public static void PlaceOn(this nn.Module<Tensor, Tensor> network, Device device)
    {
        network.to(device);
        network.Keep();
    }
}
