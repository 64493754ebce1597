using Padam.MLNet.Formats;

namespace Padam.MLNet.Models;

/// <summary>
/// What stands before ML.NET's pretrained network, in a file of its own: the order of the channels that it takes, and the mean image that
/// is taken off.
/// </summary>
/// <param name="Order">For each channel of the pretrained network, which of red, green, blue it is.</param>
/// <param name="Mean">[3, H, W], in the pretrained network's order of channels.</param>
internal sealed record MeanImageFile(int[] Order, OnnxTensor Mean)
{
    private const string Name = "ResNetPreprocess.onnx";

    /// <summary>Finds the file as the package lays it out, or beside the network's.</summary>
    /// <exception cref="FileNotFoundException">It is in neither place.</exception>
    /// <exception cref="InvalidDataException">It is another graph than Split, Concat, Sub.</exception>
    public static MeanImageFile Beside(string networkFile)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(networkFile))!;
        string[] places = [Path.Combine(folder, "..", "ResNetPrepOnnx", Name), Path.Combine(folder, Name)];
        string path =
            places.FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException(
                $"{networkFile} needs {Name}, which is neither in the folder ResNetPrepOnnx beside its own nor in its own."
            );
        return Read(OnnxFile.Read(path), path);
    }

    /// <summary>Numbers in the pretrained network's order of channels, in that of red, green, blue.</summary>
    public OnnxTensor ToRgb(OnnxTensor tensor, int axis)
    {
        int inner = (int)tensor.Shape.Skip(axis + 1).Aggregate(1L, (product, side) => product * side),
            outer = tensor.Values.Length / (inner * Order.Length);
        float[] values = new float[tensor.Values.Length];
        for (int i = 0; i < outer; i++)
        for (int channel = 0; channel < Order.Length; channel++)
            tensor
                .Values.AsSpan(((i * Order.Length) + channel) * inner, inner)
                .CopyTo(values.AsSpan(((i * Order.Length) + Order[channel]) * inner));
        return tensor with { Values = values };
    }

    private static MeanImageFile Read(OnnxFile file, string path)
    {
        if (
            file.Nodes is not [{ Operator: "Split" } split, { Operator: "Concat" } concat, { Operator: "Sub" } sub]
            || !file.Tensors.TryGetValue(sub.Inputs[^1], out OnnxTensor? mean)
            || mean.Shape is not [1, 3, _, _]
        )
            throw new InvalidDataException($"{path} does not split, reorder and centre the channels, as {Name} does.");
        int[] order = [.. concat.Inputs.Select(input => split.Outputs.ToList().IndexOf(input))];
        if (!order.Order().SequenceEqual([0, 1, 2]))
            throw new InvalidDataException($"{path} does not put red, green and blue in another order, as {Name} does.");
        return new MeanImageFile(order, mean with { Shape = mean.Shape[1..] });
    }
}
