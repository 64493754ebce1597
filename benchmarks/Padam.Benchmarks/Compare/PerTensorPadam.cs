using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.Benchmarks.Compare;

/// <summary>
/// Padam (arXiv 1806.06763, algorithm 1) with one operator after the other on each tensor, as the authors' code and
/// <c>benchmarks/peer/padam.py</c> have it.
/// </summary>
internal sealed class PerTensorPadam(IEnumerable<Parameter> parameters) : IDisposable
{
    private const double LearningRate = 0.1,
        Beta1 = 0.9,
        Beta2 = 0.999,
        Epsilon = 1e-8,
        WeightDecay = 5e-4,
        Partial = 1.0 / 8;

    // Held, lest they be finalized while libtorch reads them.
    private readonly Scalar _beta1 = Beta1,
        _beta2 = Beta2,
        _rest1 = 1 - Beta1,
        _rest2 = 1 - Beta2,
        _epsilon = Epsilon,
        _weightDecay = WeightDecay,
        _power = 2 * Partial;

    private readonly List<(Parameter Parameter, Tensor M, Tensor V, Tensor LargestV)> _state =
    [
        .. parameters.Select(parameter => (parameter, zeros_like(parameter), zeros_like(parameter), zeros_like(parameter))),
    ];

    private int _step;

    internal void ZeroGradients()
    {
        foreach (var (parameter, _, _, _) in _state)
        {
            using Tensor? gradient = parameter.grad;
            gradient?.zero_();
        }
    }

    internal void Step()
    {
        using IDisposable noGradients = no_grad();
        _step++;
        using Scalar rate = -LearningRate * Math.Sqrt(1 - Math.Pow(Beta2, _step)) / (1 - Math.Pow(Beta1, _step));
        foreach (var (parameter, m, v, largestV) in _state)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor gradient = parameter.grad!.add(parameter, _weightDecay);
            m.mul_(_beta1).add_(gradient, _rest1);
            v.mul_(_beta2).addcmul_(gradient, gradient, _rest2);
            largestV.copy_(maximum(largestV, v));
            Tensor denominator = largestV.sqrt().add_(_epsilon).pow(_power);
            parameter.addcdiv_(m, denominator, rate);
        }
    }

    public void Dispose()
    {
        foreach (var (_, m, v, largestV) in _state)
        {
            m.Dispose();
            v.Dispose();
            largestV.Dispose();
        }
    }
}
