using PureHDF;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Formats;

/// <summary>
/// Weights as the report's scripts kept them: an HDF5 file with <c>weight0</c>, <c>weight1</c>, ... in the order of Keras's
/// <c>get_weights()</c>, layer by layer: kernel, bias; gamma, beta, moving mean, moving variance. Convolution kernels are height x width x
/// in x out, dense ones in x out.
/// </summary>
internal static class KerasWeights
{
    /// <summary>Writes the file beside its target and renames it.</summary>
    /// <param name="path">The file; its folder is made if need be.</param>
    /// <param name="state">
    /// Parameters and buffers in the order of the layers, as <c>PlainState()</c> gives them: there a layer's weight, bias, running mean and
    /// running variance follow each other as Keras has them. Integer tensors (counters of batches) are left out, as Keras has none.
    /// </param>
    public static void Write(string path, IEnumerable<(string Name, Tensor Tensor)> state)
    {
        (string Name, Tensor Tensor)[] weights = [.. state.Where(entry => entry.Tensor.is_floating_point())];
        H5Dataset<float[]>[] datasets =
        [
            .. weights.Select(entry => new H5Dataset<float[]>([.. KerasOrder(entry.Tensor.shape).Select(side => (ulong)side)])),
        ];
        H5File file = [];
        for (int i = 0; i < datasets.Length; i++)
            file[$"weight{i}"] = datasets[i];

        AtomicFile.Write(
            path,
            stream =>
            {
                // One tensor at a time passes through memory.
                using H5NativeWriter writer = file.BeginWrite(stream);
                for (int i = 0; i < datasets.Length; i++)
                {
                    using DisposeScope scope = NewDisposeScope();
                    Tensor weight = weights[i].Tensor.detach();
                    long[] order = KerasOrder([.. Enumerable.Range(0, (int)weight.dim()).Select(axis => (long)axis)]);
                    writer.Write(datasets[i], weight.permute(order).cpu().to(ScalarType.Float32).contiguous().data<float>().ToArray());
                }
            }
        );
    }

    // PyTorch's [out, in, height, width] becomes [height, width, in, out], and [out, in] [in, out].
    private static long[] KerasOrder(long[] axes) => axes.Length < 2 ? axes : [.. axes.Skip(2), axes[1], axes[0]];
}
