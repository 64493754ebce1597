using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>
/// The CPU's way, where reading costs nothing: each loss is read before its gradients are computed, so that a broken one reaches no weight.
/// </summary>
/// <param name="penalty">What joins each loss.</param>
/// <param name="reader">Told of each batch; null for nobody.</param>
internal sealed class EachBatchRead(KernelPenalty penalty, Action<BatchRead>? reader = null) : IStepMetrics
{
    private RunningMetrics _metrics = new();
    private double _weight;

    public double Loss { get; private set; }

    public void Begin(RunningMetrics metrics) => _metrics = metrics;

    public bool Take(StepLoss loss)
    {
        _weight = loss.Weight;
        // A network of the user's own may put out other numbers than singles.
        using Tensor exact = loss.Value.to(ScalarType.Float64);
        Loss = (HostReading.Read<double>(exact)[0] / loss.Divisor) + penalty.Value();
        return double.IsFinite(Loss);
    }

    public void Take(Tensor logits, Tensor labels, StepPart part)
    {
        using Tensor singles = logits.to(ScalarType.Float32);
        _metrics.Add(Loss, _weight, HostReading.Read<float>(singles), HostReading.Read<long>(labels));
        reader?.Invoke(new(Loss, _weight, EndsStep: part.IsLast));
    }

    public void Finish() { }

    public void Dispose() { }
}
