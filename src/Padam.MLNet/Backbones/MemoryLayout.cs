using Padam.MLNet.Kernels;
using Padam.MLNet.Layers;
using TorchSharp;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Padam.MLNet.Backbones;

/// <summary>
/// Channels-last memory for the built-in networks, in which libtorch's CPU convolutions are faster. Shapes, names and values stay as they
/// are. Networks of the user's own are left alone.
/// </summary>
internal static class MemoryLayout
{
    /// <summary>
    /// Images as the network likes them in memory: channels-last, or plain, also for networks of the user's own, which may call
    /// <c>view</c>.
    /// </summary>
    public static Tensor InLayoutOf(this Tensor images, nn.Module network) =>
        network is Network { ChannelsLast: true } ? images.ToChannelsLast() : images.contiguous();

    /// <summary>What lies in memory as [N, H, W, C], as [N, C, H, W]; vectors as they are.</summary>
    public static Tensor ChannelsFirst(this Tensor numbers) => numbers.dim() == 4 ? numbers.permute(0, 3, 1, 2) : numbers;

    /// <summary>
    /// Gives the network's convolutions channels-last weights, in place, and lets it work on channels-last activations.
    /// Call it before an optimizer is made: optimizers shape their state after the parameters.
    /// </summary>
    public static void ToChannelsLast(this nn.Module network)
    {
        using IDisposable _ = no_grad();
        using var scope = NewDisposeScope();
        nn.Module[] modules = [network, .. network.modules()];
        foreach (Network ours in modules.OfType<Network>())
            ours.ChannelsLast = true;
        foreach (Convolution convolution in modules.OfType<Convolution>().Where(layer => !layer.OnTinyMaps))
        {
            // Strides in full, also of 1x1 kernels (where contiguous() would leave them be), so that they equal those of the gradients.
            Parameter weight = convolution.Weight;
            long[] strides = TensorLayout.ChannelsLastStrides(weight.shape);
            weight.set_(empty_strided(weight.shape, strides, weight.dtype, weight.device).copy_(weight));
        }
    }

    /// <summary>
    /// The network's parameters and buffers in the order of its layers under their names in <c>state_dict()</c>, contiguous and on the CPU,
    /// for saving. Tensors that are so already share memory with the network. Dispose them.
    /// </summary>
    public static List<(string Name, Tensor Tensor)> PlainState(this nn.Module network)
    {
        using IDisposable _ = no_grad();
        return [.. network.NamedState().Select(entry => (entry.Name, Plain(entry.Tensor)))];

        static Tensor Plain(Tensor tensor)
        {
            using DisposeScope scope = NewDisposeScope();
            return tensor.detach().cpu().contiguous().MoveToOuterDisposeScope();
        }
    }

    /// <summary>
    /// The live entries of <c>state_dict()</c>, in PyTorch's order: a layer's parameters, its buffers, its inner layers. (TorchSharp's
    /// dictionary puts buffers last.)
    /// </summary>
    public static IEnumerable<(string Name, Tensor Tensor)> NamedState(this nn.Module network)
    {
        Dictionary<string, Tensor> state = network.state_dict();
        return InOrder(network, "").Where(state.ContainsKey).Select(name => (name, state[name]));

        static IEnumerable<string> InOrder(nn.Module module, string prefix) =>
            module
                .named_parameters(recurse: false)
                .Select(entry => prefix + entry.name)
                .Concat(module.named_buffers(recurse: false).Select(entry => prefix + entry.name))
                .Concat(module.named_children().SelectMany(child => InOrder(child.module, $"{prefix}{child.name}.")));
    }
}
