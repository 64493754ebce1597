using TorchSharp;

namespace Padam.Reliability;

/// <summary>
/// Tensors that were made and not freed since a moment. TorchSharp's counter counts a parameter twice when it is made and once when it is
/// freed, although its memory goes
/// (building and disposing ResNet18 thirty times leaves the resident memory as it is), so each network of this many parameters leaves that
/// many in the counter.
/// </summary>
internal sealed class LiveTensors(int parametersOfNetwork)
{
    private readonly long _before = Count();

    /// <param name="networks">Networks that were built and disposed since.</param>
    internal long Left(int networks) => Count() - _before - ((long)networks * parametersOfNetwork);

    // What only a finalizer would free is freed; it is no leak, but is not counted on either: see the resident memory beside it.
    private static long Count()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return torch.Tensor.TotalCount;
    }
}
