using System.Text;
using Padam.MLNet.Persistence;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>Tensors and optimizers as the entries of a checkpoint, which they are written to and read from one tensor at a time.</summary>
internal static class CheckpointEntries
{
    /// <param name="name">The entry's name.</param>
    /// <param name="state">The live tensors, on any device and in any layout.</param>
    internal static (string Name, Action<Stream> Write) Of(string name, IEnumerable<(string Name, Tensor Tensor)> state) =>
        (name, stream => Safetensors.Write(stream, state));

    /// <summary>The tensors of an entry. Dispose them.</summary>
    internal static List<(string Name, Tensor Tensor)> Tensors(Checkpoint checkpoint, string name, string file)
    {
        List<(string Name, Tensor Tensor)> tensors = [];
        checkpoint.Use(
            name,
            stream => tensors = [.. Safetensors.Read(stream, file).Select(entry => (entry.Name, entry.Tensor.DetachFromDisposeScope()))]
        );
        return tensors;
    }

    internal static (string Name, Action<Stream> Write) Of(optim.Optimizer optimizer) =>
        (
            Checkpoint.Optimizer,
            stream =>
            {
                using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
                Stateful(optimizer).save_state_dict(writer);
            }
        );

    internal static void Restore(optim.Optimizer optimizer, Checkpoint checkpoint) =>
        checkpoint.Use(
            Checkpoint.Optimizer,
            stream =>
            {
                using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
                Stateful(optimizer).load_state_dict(reader);
            }
        );

    /// <exception cref="NotSupportedException">The optimizer has no state that can be saved.</exception>
    internal static TorchSharp.Modules.OptimizerHelper Stateful(optim.Optimizer optimizer) =>
        optimizer as TorchSharp.Modules.OptimizerHelper
        ?? throw new NotSupportedException(
            $"CheckpointFolder: {optimizer.GetType().Name} has no state_dict, so a training with it cannot be resumed. Use another "
                + "optimizer, or no CheckpointFolder."
        );
}
