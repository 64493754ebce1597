using Padam.MLNet.Backbones;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>
/// Remembers which epoch was best on the validation set, its weights where they are wanted, and whether it is time to stop. The least
/// improvement that is asked for counts for the patience alone: the best epoch is the best.
/// </summary>
internal sealed class BestEpoch(ValidationMetric metric, EarlyStopping? stopping, bool keepWeights) : IDisposable
{
    private List<(string Name, Tensor Tensor)> _weights = [];

    /// <summary>The metric's name in messages.</summary>
    internal string Metric => metric.Name();

    /// <summary>Null before the first epoch.</summary>
    internal BestSoFar? SoFar { get; private set; }

    internal bool ShouldStop => stopping is not null && SoFar?.EpochsWithoutImprovement >= stopping.Patience;

    internal IReadOnlyList<(string Name, Tensor Tensor)> Weights => _weights;

    internal void Update(EpochMetrics metrics, nn.Module network)
    {
        double value = metric.Of(metrics);
        if (SoFar is not { } before)
        {
            Take(new(metrics.Epoch, value, 0) { Reference = value, NeverPredicted = metrics.NeverPredicted }, network);
            return;
        }

        double reference = before.Reference ?? before.Value;
        SoFar =
            metric.Improvement(reference, value) > (stopping?.MinimumImprovement ?? 0)
                ? before with
                {
                    EpochsWithoutImprovement = 0,
                    Reference = value,
                }
                : before with
                {
                    EpochsWithoutImprovement = before.EpochsWithoutImprovement + 1,
                    Reference = reference,
                };
        if (metric.Improvement(before.Value, value) > 0)
            Take(SoFar with { Epoch = metrics.Epoch, Value = value, NeverPredicted = metrics.NeverPredicted }, network);
    }

    /// <summary>Takes up what a checkpoint kept.</summary>
    internal void Resume(BestSoFar soFar, List<(string Name, Tensor Tensor)> weights)
    {
        Dispose();
        (SoFar, _weights) = (soFar, weights);
    }

    /// <summary>Puts the best epoch's weights into the network.</summary>
    internal void Restore(nn.Module network)
    {
        using IDisposable noGradients = no_grad();
        Dictionary<string, Tensor> best = _weights.ToDictionary(entry => entry.Name, entry => entry.Tensor);
        foreach ((string name, Tensor tensor) in network.NamedState())
            tensor.copy_(best[name]);
    }

    public void Dispose()
    {
        foreach ((_, Tensor tensor) in _weights)
            tensor.Dispose();
        _weights = [];
    }

    private void Take(BestSoFar best, nn.Module network)
    {
        SoFar = best;
        if (!keepWeights)
            return;
        Dispose();
        _weights = Copy(network);
    }

    // PlainState may share memory with the network; these must not change with it.
    private static List<(string Name, Tensor Tensor)> Copy(nn.Module network)
    {
        using DisposeScope scope = NewDisposeScope();
        return [.. network.PlainState().Select(entry => (entry.Name, scope.Detach(entry.Tensor.clone())))];
    }
}
