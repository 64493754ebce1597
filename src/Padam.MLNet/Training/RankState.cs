using Padam.MLNet.Backbones;
using Padam.MLNet.Native;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>What all ranks of a training have alike, or add up; with one process, what it has.</summary>
internal static class RankState
{
    /// <summary>
    /// Gives all ranks a network's weights and buffers as the first one has them: its machine may round otherwise than theirs.
    /// </summary>
    internal static void TakeStateOfFirst(this Communicator ranks, nn.Module network) =>
        ranks.TakeOfFirst(network.NamedState().Select(entry => entry.Tensor));

    /// <summary>
    /// Gives all ranks a network's buffers as the first one has them: running statistics, which are of its share of the images.
    /// </summary>
    internal static void TakeBuffersOfFirst(this Communicator ranks, nn.Module network) => ranks.TakeOfFirst(network.buffers());

    /// <summary>The sums of an epoch so far over all ranks, of which each has its images' and all have the loss of all.</summary>
    internal static RunningSums Total(this Communicator ranks, RunningSums own, int classes)
    {
        if (ranks.Size == 1)
            return own;
        ClassCounts counts = own.Classes ?? new(classes);
        double[] numbers = [own.Right, own.RightInFive, own.Images, .. counts.Images, .. counts.Right, .. counts.Predicted];
        ranks.Sum(numbers);
        return own with
        {
            Right = (int)numbers[0],
            RightInFive = (int)numbers[1],
            Images = (int)numbers[2],
            Classes = numbers[2] > 0 ? new(Of(0), Of(1), Of(2)) : null,
        };

        int[] Of(int which) => [.. numbers.AsSpan(3 + (which * classes), classes).ToArray().Select(count => (int)count)];
    }

    private static void TakeOfFirst(this Communicator ranks, IEnumerable<Tensor> tensors)
    {
        if (ranks.Size == 1)
            return;
        using var state = TorchState.EnterWithoutGradients();
        foreach (Tensor tensor in tensors.Where(tensor => tensor.numel() > 0))
        {
            Tensor plain = tensor.contiguous();
            ranks.Broadcast(plain.bytes);
            if (ranks.Rank > 0)
                tensor.copy_(plain);
        }
    }
}
