using BenchmarkDotNet.Attributes;
using Padam.MLNet.Backbones;
using Padam.MLNet.Optimizers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.Benchmarks.Pieces;

/// <summary>One optimizer step on all parameters of a network, channels-last, with gradients at hand.</summary>
public class OptimizerSteps
{
    private nn.Module<Tensor, Tensor> _network = null!;
    private optim.Optimizer _optimizer = null!;

    [Params("vgg16", "resnet18", "wrn-16-4")]
    public string Network { get; set; } = "";

    [Params("padam", "amsgrad", "adam", "adamw", "sgd")]
    public string Optimizer { get; set; } = "";

    [GlobalSetup]
    public void Build()
    {
        _network = Backbone.Parse(Network).Build(SyntheticCifar.Classes);
        _network.ToChannelsLast();
        foreach (Parameter parameter in _network.parameters())
            parameter.grad = rand_like(parameter);
        _optimizer = OptimizerOptionsBase.Parse(Optimizer).Create(_network.named_parameters());
    }

    [Benchmark]
    public void Step()
    {
        using DisposeScope scope = NewDisposeScope();
        _optimizer.step();
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _optimizer.Dispose();
        _network.Dispose();
    }
}
