using Padam.MLNet.Backbones;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>Builds networks whose first weights are a function of the seed alone.</summary>
internal static class FreshNetwork
{
    internal static nn.Module<Tensor, Tensor> Build(Backbone backbone, int classes, int seed)
    {
        lock (Backbone.Generator)
        {
            random.manual_seed(seed).Dispose();
            return backbone.Build(classes);
        }
    }
}
