using Microsoft.ML.Runtime;
using Padam.MLNet.Backbones;
using Padam.MLNet.Data;
using Padam.MLNet.Layers;
using Padam.MLNet.Models;
using Padam.MLNet.Native;
using Padam.MLNet.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>
/// The network that a training begins with, its weights loaded, its layers frozen, on its device. All that may be wrong with it is found
/// here, before any image is read or any file is touched. Disposing frees it, unless it was released.
/// </summary>
internal sealed class FirstNetwork : IDisposable
{
    private readonly ITrainingOptions _options;
    private readonly Device _device;
    private readonly int _classes;
    private readonly bool _checkpoints;
    private ImageShape? _tried;
    private double _bytesKept;
    private bool _released;

    private FirstNetwork(ITrainingOptions options, int classes, int seed, Device device, bool checkpoints)
    {
        (_options, _classes, _device, _checkpoints) = (options, classes, device, checkpoints);
        Random = new RandomStream(seed);
        Network = Random.Draw(() => options.Backbone.Build(classes));
        UserCode = new UserCode(Network, options, Random, device);
    }

    /// <summary>The training's random numbers, of which the fresh weights are the first.</summary>
    internal RandomStream Random { get; }

    internal nn.Module<Tensor, Tensor> Network { get; }

    internal FrozenLayers Frozen { get; private set; } = null!;

    /// <summary>Runs it, and the optimizer, where they are code of the user's.</summary>
    internal UserCode UserCode { get; }

    /// <param name="options">What the training is told.</param>
    /// <param name="columns">What it will read.</param>
    /// <param name="seed">Decides the random numbers.</param>
    /// <param name="device">Where the network goes.</param>
    /// <param name="checkpoints">Whether the optimizer's state will be saved.</param>
    /// <param name="log">Says what came from a file.</param>
    internal static FirstNetwork Make(
        ITrainingOptions options,
        TrainingColumns columns,
        int seed,
        Device device,
        bool checkpoints,
        IChannel log
    )
    {
        using var state = TorchState.Enter();
        var first = new FirstNetwork(options, columns.Training.Labels.Classes, seed, device, checkpoints);
        try
        {
            if (options.InitialWeights is { } file)
                Report(WeightsFile.Load(first.Network, file), file, first._classes, log);
            first.Place();
            if (checkpoints && options.Optimizer is CustomOptimizerOptions)
                first.RequireStatefulOptimizer();
            if (columns.Shape is { } shape)
                first.Try(shape);
            return first;
        }
        catch
        {
            first.Dispose();
            throw;
        }
    }

    private static void Report(LoadedWeights loaded, string file, int classes, IChannel log)
    {
        if (loaded.FreshLayer is null)
            log.Info(MessageSensitivity.UserData, loaded.Describe(file, classes));
        else
            log.Warning(MessageSensitivity.UserData, loaded.Describe(file, classes));
    }

    /// <summary>Throws where images of this size do not go through the network, or a step on so many of them cannot fit.</summary>
    /// <param name="shape">The images.</param>
    /// <param name="batch">How many of them a step takes at most, on this rank.</param>
    /// <param name="sharedBy">How many ranks make such a step on this machine at once.</param>
    internal void RequireRoom(ImageShape shape, int batch, int sharedBy)
    {
        using var state = TorchState.Enter();
        Try(shape);
        if (_device.type == DeviceType.CPU)
            new MemoryEstimate(
                Network,
                _bytesKept * TrainingPrecision.MemoryOverFloat32(_options.Compute.Precision),
                averaged: _options.Averaging is not null
            ).RequireRoom(_options.Backbone.Name, shape, batch, MemoryEstimate.Room() / sharedBy);
    }

    /// <summary>Hands the network over to who disposes it from now on.</summary>
    internal nn.Module<Tensor, Tensor> Release()
    {
        _released = true;
        return Network;
    }

    public void Dispose()
    {
        if (!_released)
            Network.Dispose();
    }

    private void Place()
    {
        Network.PlaceOn(_device);
        Network.Use(_options.ConvolutionAlgorithm);
        if (_options.Compute.Precision == Precision.BFloat16)
            TrainingPrecision.RequireLayers(Network, _options.Backbone.Name);
        Network.Use(_options.Compute.Precision);
        // TorchSharp's own optimizers cannot save state that is not in plain layout, and their state follows the parameters'.
        if (!_checkpoints || _options.Optimizer is not CustomOptimizerOptions)
            Network.ToChannelsLast();
        Frozen = FrozenLayers.Freeze(Network, _options.FrozenLayers);
        _options.Optimizer.RequireFit(Network.TrainedParameters());
    }

    private void RequireStatefulOptimizer()
    {
        using optim.Optimizer optimizer = UserCode.Run(() => _options.Optimizer.Create(Network.TrainedParameters()));
        CheckpointEntries.Stateful(optimizer);
    }

    private void Try(ImageShape shape)
    {
        if (_tried == shape)
            return;
        _bytesKept =
            Network is Network
                ? sizeof(float) * ActivationMemory.NumbersPerPixel(Network) * shape.Pixels
                : UserCode.Aside(() => NetworkTrial.BytesKept(Network, _options.Backbone.Name, shape, _classes, _device));
        _tried = shape;
    }
}
