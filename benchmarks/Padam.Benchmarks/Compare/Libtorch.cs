using System.Diagnostics;
using Padam.MLNet.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.Benchmarks.Compare;

/// <summary>
/// What a user of today's libtorch has without this library: the authors' networks in TorchSharp's own modules, their Padam, a training
/// loop of one's own. Its batches lie ready in memory: no loader, no augmentation.
/// </summary>
internal sealed class Libtorch : IContestant
{
    private const int Batches = 8;

    private readonly nn.Module<Tensor, Tensor> _network;
    private readonly PerTensorPadam _optimizer;
    private readonly List<(Tensor Images, Tensor Labels)> _batches = [];
    private readonly int _batch;
    private int _next;
    private double _totalLoss;
    private long _right;

    internal Libtorch(string backbone, int batch, bool channelsLast)
    {
        NativeLibraries.EnsureLoaded();
        _batch = batch;
        random.manual_seed(1).Dispose();
        _network = LibtorchNetworks.Build(backbone, SyntheticCifar.Classes);
        if (channelsLast)
            ToChannelsLast();
        _optimizer = new PerTensorPadam(_network.parameters());
        for (int i = 0; i < Batches; i++)
        {
            using Tensor images = randn(batch, 3, 32, 32);
            _batches.Add((channelsLast ? ChannelsLast(images) : images.alias(), randint(0, 10, batch, ScalarType.Int64)));
        }
    }

    public double Step(int steps)
    {
        _network.train();
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < steps; i++)
            Train();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / steps;
    }

    public double OptimizerStep(int steps)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < steps; i++)
            _optimizer.Step();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / steps;
    }

    public double Score(int images)
    {
        _network.eval();
        using IDisposable noGradients = no_grad();
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < images / _batch; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            _right += _network.forward(Take().Images).softmax(1).argmax(1)[0].item<long>();
        }

        return images / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _network.Dispose();
        foreach ((Tensor images, Tensor labels) in _batches)
        {
            images.Dispose();
            labels.Dispose();
        }
    }

    private void Train()
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor images, Tensor labels) = Take();
        _optimizer.ZeroGradients();
        Tensor logits = _network.forward(images),
            loss = nn.functional.cross_entropy(logits, labels);
        loss.backward();
        _optimizer.Step();
        _totalLoss += loss.item<float>();
        _right += logits.argmax(1).eq(labels).sum().item<long>();
    }

    private (Tensor Images, Tensor Labels) Take() => _batches[++_next % Batches];

    // TorchSharp has no memory_format: the same shape over memory in another order.
    private static Tensor ChannelsLast(Tensor tensor)
    {
        using DisposeScope scope = NewDisposeScope();
        return tensor.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    private void ToChannelsLast()
    {
        using IDisposable noGradients = no_grad();
        foreach (Parameter weight in _network.parameters().Where(parameter => parameter.dim() == 4))
        {
            using Tensor copy = ChannelsLast(weight);
            weight.set_(copy);
        }
    }
}
