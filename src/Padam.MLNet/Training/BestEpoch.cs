using Padam.MLNet.Backbones;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>
/// Remembers which epoch was best on the validation set, its weights where they are wanted, and whether it is time to stop.
/// </summary>
internal sealed class BestEpoch(ValidationMetric metric, EarlyStopping? stopping, bool keepWeights) : IDisposable
{
    private List<(string Name, Tensor Tensor)> _weights = [];

    /// <summary>The metric's name in messages.</summary>
    internal string Metric => metric == ValidationMetric.Loss ? "loss" : "accuracy";

    internal int Epoch { get; private set; }

    internal double Value { get; private set; } = double.NaN;

    internal int EpochsWithoutImprovement { get; private set; }

    internal bool ShouldStop => stopping is not null && EpochsWithoutImprovement >= stopping.Patience;

    internal IReadOnlyList<(string Name, Tensor Tensor)> Weights => _weights;

    internal void Update(EpochMetrics metrics, nn.Module network)
    {
        double value = (metric == ValidationMetric.Loss ? metrics.ValidationLoss : metrics.ValidationAccuracy)!.Value;
        double improvement = metric == ValidationMetric.Loss ? Value - value : value - Value;
        if (Epoch > 0 && !(improvement > (stopping?.MinimumImprovement ?? 0)))
        {
            EpochsWithoutImprovement++;
            return;
        }

        (Epoch, Value, EpochsWithoutImprovement) = (metrics.Epoch, value, 0);
        if (!keepWeights)
            return;
        Dispose();
        _weights = Copy(network);
    }

    /// <summary>Takes up what a checkpoint kept.</summary>
    internal void Resume(int epoch, double value, int epochsWithoutImprovement, List<(string Name, Tensor Tensor)> weights)
    {
        Dispose();
        (Epoch, Value, EpochsWithoutImprovement, _weights) = (epoch, value, epochsWithoutImprovement, weights);
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

    // PlainState may share memory with the network; these must not change with it.
    private static List<(string Name, Tensor Tensor)> Copy(nn.Module network)
    {
        using DisposeScope scope = NewDisposeScope();
        return [.. network.PlainState().Select(entry => (entry.Name, scope.Detach(entry.Tensor.clone())))];
    }
}
