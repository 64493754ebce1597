using Padam.MLNet.Native;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>What all ranks of a training have alike, or add up; with one process, what it has.</summary>
internal static class RankState
{
    /// <summary>
    /// Gives all ranks some tensors as the first one has them: weights, since its machine may round otherwise than theirs; running
    /// statistics, which are of its share of the images. All of them in one message.
    /// </summary>
    internal static void TakeOfFirst(this Communicator ranks, IEnumerable<Tensor> tensors)
    {
        if (ranks.Size == 1)
            return;
        using var state = TorchState.EnterWithoutGradients();
        (Tensor Own, Tensor Plain)[] all = [.. tensors.Where(tensor => tensor.numel() > 0).Select(tensor => (tensor, tensor.contiguous()))];
        List<byte> packed = [];
        foreach ((_, Tensor plain) in all)
            packed.AddRange(plain.bytes);
        byte[] bytes = [.. packed];
        ranks.Broadcast(bytes);
        ReadOnlySpan<byte> left = bytes;
        foreach ((Tensor own, Tensor plain) in all)
        {
            left[..plain.bytes.Length].CopyTo(plain.bytes);
            left = left[plain.bytes.Length..];
            own.copy_(plain);
        }
    }

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
}
