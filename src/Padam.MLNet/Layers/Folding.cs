using static TorchSharp.torch;

namespace Padam.MLNet.Layers;

/// <summary>
/// Batch normalisation folded into the convolutions before it, for scoring. Parameters, buffers and <c>state_dict()</c> stay as they are:
/// the folded weights are tensors beside them. Back in training mode, a network is unfolded again.
/// </summary>
internal static class Folding
{
    /// <summary>
    /// Folds what can be folded, in a network in evaluation mode. Its weights must not change until <see cref="Unfold"/>. Networks of the
    /// user's own are left alone.
    /// </summary>
    public static void Fold(this nn.Module network)
    {
        if (network.training)
            throw new InvalidOperationException("Only a network in evaluation mode can be folded: call eval() first.");
        using IDisposable _ = no_grad();
        foreach ((Convolution convolution, BatchNorm norm) in Pairs(network).ToArray())
            norm.FoldInto(convolution);
    }

    /// <summary>Folds a network for the scoring that follows; disposing gives it back unfolded, in training mode.</summary>
    public static IDisposable FoldedForEvaluation(this nn.Module network)
    {
        network.eval();
        network.Fold();
        return new Evaluation(network);
    }

    public static void Unfold(this nn.Module network)
    {
        foreach ((Convolution convolution, BatchNorm norm) in Pairs(network))
        {
            convolution.Unfold();
            norm.Unfold();
        }
    }

    // modules() leaves out the network itself.
    private static IEnumerable<(Convolution, BatchNorm)> Pairs(nn.Module network)
    {
        var folded = new HashSet<nn.Module>();
        foreach (
            (Convolution convolution, BatchNorm norm) in network
                .modules()
                .Prepend(network)
                .OfType<IFoldable>()
                .Distinct()
                .SelectMany(part => part.Pairs)
                .Distinct()
        )
        {
            if (!folded.Add(convolution) || !folded.Add(norm))
                throw new InvalidOperationException(
                    $"{nameof(IFoldable)}.{nameof(IFoldable.Pairs)} of {network.GetName()} name a layer twice: each convolution and each "
                        + "normalisation is in one pair at most."
                );
            yield return (convolution, norm);
        }
    }

    private sealed class Evaluation(nn.Module network) : IDisposable
    {
        public void Dispose()
        {
            network.Unfold();
            network.train();
        }
    }
}
