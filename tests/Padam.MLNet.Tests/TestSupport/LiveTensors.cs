using TorchSharp;

namespace Padam.MLNet.Tests;

/// <summary>Counts what an action leaves alive, without the garbage collector's help.</summary>
internal static class LiveTensors
{
    /// <param name="action">What to watch.</param>
    /// <param name="networks">
    /// How many tiny networks it makes. (TorchSharp goes on counting the tensors that Parameters were made of, which are empty.)
    /// </param>
    internal static void AreNotLeftBy(Action action, int networks)
    {
        long miscounted = Left(() => TinyImages.Backbone.Build(10).Dispose());
        Assert.AreEqual(networks * miscounted, Left(action));
    }

    private static long Left(Action action)
    {
        // Whatever others left to the finalizers goes first.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = torch.Tensor.TotalCount;
        action();
        return torch.Tensor.TotalCount - before;
    }
}
