using TorchSharp;

namespace Padam.MLNet.Tests;

/// <summary>
/// Tensors that were made and not freed since a moment. TorchSharp's counter counts a parameter twice when it is made and once when it is
/// freed, although its memory goes (building and disposing ResNet18 thirty times leaves the resident memory as it is), so each network
/// leaves as many in the counter as it has parameters.
/// </summary>
internal sealed class LiveTensors(long parametersOfNetwork)
{
    private readonly long before = CountAfterCollection();

    /// <summary>What is alive without the garbage collector's help.</summary>
    /// <param name="networks">Networks that were built and disposed since.</param>
    internal long Left(int networks) => torch.Tensor.TotalCount - before - (networks * parametersOfNetwork);

    /// <summary>The same after what only a finalizer would free is freed: no leak, but not counted on either.</summary>
    /// <param name="networks">Networks that were built and disposed since.</param>
    internal long LeftAfterCollection(int networks) => CountAfterCollection() - before - (networks * parametersOfNetwork);

    /// <param name="action">What to watch.</param>
    /// <param name="networks">How many tiny networks it makes.</param>
    internal static void AreNotLeftBy(Action action, int networks)
    {
        var tensors = new LiveTensors(TinyImages.Parameters);
        action();
        Assert.AreEqual(0, tensors.Left(networks));
    }

    /// <summary>Collects until what is finalized first, and what that held, is gone.</summary>
    internal static void Settle()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    private static long CountAfterCollection()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return torch.Tensor.TotalCount;
    }
}
