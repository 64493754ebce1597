using Padam.MLNet.Formats;
using Padam.MLNet.Native;
using Padam.MLNet.Persistence;
using static TorchSharp.torch;

namespace Padam.MLNet.Models;

/// <summary>A tensor of a weights file: what is known of it before it is read.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="IsInteger">Whether it holds whole numbers, as counters do.</param>
/// <param name="Read">Reads it, into the dispose scope of the moment.</param>
internal sealed record StoredTensor(string Name, long[] Shape, bool IsInteger, Func<Tensor> Read)
{
    /// <summary>The tensors of an open safetensors file whose header was read.</summary>
    public static IEnumerable<StoredTensor> Of(SafetensorsHeader header, Stream stream, string path)
    {
        long body = stream.Position;
        return header.Entries.Select(entry => Of(entry, () => Safetensors.Read(stream, body, entry, path)));
    }

    /// <summary>The tensors that a header promises, for a comparison that reads none.</summary>
    public static IEnumerable<StoredTensor> Of(SafetensorsHeader header) =>
        header.Entries.Select(entry => Of(entry, () => throw new InvalidOperationException("Only the header was read.")));

    /// <summary>Numbers in memory.</summary>
    public static StoredTensor Of(string name, OnnxTensor numbers) =>
        new(name, numbers.Shape, IsInteger: false, () => CpuTensors.Of(numbers.Values, numbers.Shape));

    private static StoredTensor Of(SafetensorsEntry entry, Func<Tensor> read) => new(entry.Name, entry.Shape, entry.Type == "I64", read);
}
