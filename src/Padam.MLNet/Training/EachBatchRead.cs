using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>
/// The CPU's way, where reading costs nothing: each loss is read before its gradients are computed, so that a broken one reaches no weight.
/// </summary>
/// <param name="penalty">What joins each loss.</param>
/// <param name="ranks">Whose loss it is: that of the whole batch, on all of them.</param>
/// <param name="reader">Told of each batch; null for nobody.</param>
internal sealed class EachBatchRead(KernelPenalty penalty, Communicator ranks, Action<BatchRead>? reader = null) : IStepMetrics
{
    private RunningMetrics _metrics = new();
    private double _weight;
    private bool _isIdle;

    public double Loss { get; private set; }

    public void Begin(RunningMetrics metrics) => _metrics = metrics;

    public bool Take(StepLoss loss)
    {
        (_weight, _isIdle) = (loss.Weight, loss.IsIdle);
        // A network of the user's own may put out other numbers than singles.
        using Tensor exact = loss.Value.to(ScalarType.Float64);
        double own = _isIdle ? 0 : HostReading.Read<double>(exact)[0];
        Loss = (ranks.Sum(own) / loss.Divisor) + penalty.Value(ranks);
        return double.IsFinite(Loss);
    }

    public void Take(Tensor logits, Tensor labels, StepPart part)
    {
        _metrics.Add(Loss, _weight);
        using Tensor singles = logits.to(ScalarType.Float32);
        if (!_isIdle)
            _metrics.Add(HostReading.Read<float>(singles), HostReading.Read<long>(labels));
        reader?.Invoke(new(Loss, _weight, EndsStep: part.IsLast));
    }

    public void Finish() { }

    public void Dispose() { }
}
