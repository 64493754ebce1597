using Padam.MLNet.Layers;
using Padam.MLNet.Native;
using static TorchSharp.torch;

namespace Padam.MLNet.Backbones;

/// <summary>
/// Takes the mean of the images that a network was pretrained on off its input, pixel by pixel: the buffer <c>mean</c> [3, H, W], zero
/// until weights are loaded.
/// </summary>
internal sealed class MeanImage : nn.Module<Tensor, Tensor>, IExportable
{
    /// <summary>Under which a network registers it.</summary>
    public const string Name = "input";

    /// <summary>The buffer's name in the network's state.</summary>
    public const string StateName = $"{Name}.mean";

    public MeanImage(int side)
        : base(nameof(MeanImage))
    {
        WeightLimit.Take(3, side, side);
        register_buffer("mean", CpuTensors.Zeros([3, side, side]));
    }

    public override Tensor forward(Tensor images) => images - get_buffer("mean")!;

    public GraphValue Export(IGraphBuilder graph, GraphValue input) => graph.Subtract(input, get_buffer("mean")!);
}
