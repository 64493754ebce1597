using Padam.MLNet.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>
/// Sums the gradients of all ranks, some megabytes at a time, in the order in which a backward pass makes them: the last parameters first.
/// What is complete goes out while the pass goes on, at the nodes of this library's kernels; the rest after it. One process has none.
/// </summary>
internal sealed class GradientExchange : IDisposable
{
    /// <summary>4 MB: large enough for the bandwidth of a network, small enough that the first is soon complete.</summary>
    internal const long NumbersABucket = 1 << 20;

    private readonly Communicator _ranks;
    private readonly GradientBucket[] _buckets;
    private int _begun;
    private bool _isIdle;

    /// <param name="ranks">Who trains.</param>
    /// <param name="parameters">What is trained, in the network's order.</param>
    internal GradientExchange(Communicator ranks, IEnumerable<Parameter> parameters)
    {
        _ranks = ranks;
        _buckets = ranks.Size == 1 ? [] : [.. InParts(parameters.Reverse()).Select(part => new GradientBucket(part))];
    }

    /// <summary>What a parameter's gradient must be, for these sums.</summary>
    /// <exception cref="NotSupportedException">A parameter is not float32.</exception>
    internal static void RequireSingles(nn.Module network)
    {
        foreach ((string name, Parameter parameter) in network.named_parameters())
        {
            if (parameter.dtype != ScalarType.Float32)
                throw new NotSupportedException($"Distributed trains float32 weights, and '{name}' is {parameter.dtype}.");
        }
    }

    /// <summary>
    /// From here to disposing, a backward pass of this thread begins the sums. Its gradients must have been null; it is the only pass of
    /// the step.
    /// </summary>
    internal IDisposable? DuringBackward() => _buckets.Length == 0 ? null : KernelBackward.AtEachNode(Advance);

    /// <summary>A step begins.</summary>
    /// <param name="isIdle">Whether this rank's gradients count for nothing.</param>
    internal void Begin(bool isIdle) => (_begun, _isIdle) = (0, isIdle);

    /// <summary>Returns once each gradient is the sum of all ranks'; one that nobody has stays null.</summary>
    internal void Finish()
    {
        using IDisposable noGradients = no_grad();
        while (_begun < _buckets.Length)
            BeginNext();
        foreach (GradientBucket bucket in _buckets)
            bucket.Finish();
    }

    public void Dispose()
    {
        foreach (GradientBucket bucket in _buckets)
            bucket.Dispose();
    }

    // In one order on all ranks, which MPI demands.
    private void Advance()
    {
        foreach (GradientBucket bucket in _buckets.AsSpan(0, _begun))
            bucket.Advance();
        while (_begun < _buckets.Length && _buckets[_begun].IsComplete)
            BeginNext();
    }

    private void BeginNext() => _buckets[_begun++].Begin(_ranks, _isIdle);

    private static IEnumerable<Parameter[]> InParts(IEnumerable<Parameter> parameters)
    {
        List<Parameter> part = [];
        long numbers = 0;
        foreach (Parameter parameter in parameters)
        {
            part.Add(parameter);
            numbers += parameter.numel();
            if (numbers < NumbersABucket)
                continue;
            yield return [.. part];
            part.Clear();
            numbers = 0;
        }

        if (part.Count > 0)
            yield return [.. part];
    }
}
