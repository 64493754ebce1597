using Microsoft.ML.Runtime;
using Padam.MLNet.Backbones;
using Padam.MLNet.Data;
using Padam.MLNet.Input;
using Padam.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>What a training run is given: everything is read, checked and decided before the first step.</summary>
internal sealed record TrainingContext
{
    internal required ITrainingOptions Options { get; init; }

    /// <summary>Who trains the network together: many processes, or this one alone.</summary>
    internal required Communicator Ranks { get; init; }

    /// <summary>This rank's share of each batch.</summary>
    internal required BatchShare Share { get; init; }

    internal required TrainingData Data { get; init; }

    internal required Normalization Normalization { get; init; }

    internal PixelMap Map => new(Normalization, Options.PixelScale);

    internal required nn.Module<Tensor, Tensor> Network { get; init; }

    internal required FrozenLayers Frozen { get; init; }

    internal required Device Device { get; init; }

    /// <summary>Whether batches are made, and losses added up, where the network is: on a device other than the CPU, or told to go that
    /// way.</summary>
    internal bool IsOnDevice => Device.type != DeviceType.CPU || Options.Compute.AsOnDevice;

    internal required int Seed { get; init; }

    /// <summary>The random numbers that follow those of the first weights.</summary>
    internal required RandomStream Random { get; init; }

    /// <summary>What runs the parts that registered networks and optimizers of the user's own take part in.</summary>
    internal required UserCode UserCode { get; init; }

    /// <summary>What runs the callbacks.</summary>
    internal required TorchState State { get; init; }

    internal required IChannel Log { get; init; }

    internal required Func<bool> IsCancelled { get; init; }

    /// <summary>What decides the outcome, by option; compared with a checkpoint's.</summary>
    internal required IReadOnlyDictionary<string, string> Settings { get; init; }

    internal required CheckpointFolder? Checkpoints { get; init; }

    /// <summary>Whether ValidationFraction set rows apart class by class.</summary>
    internal required bool StratifiedValidation { get; init; }

    /// <summary>How pictures became pixels.</summary>
    internal required ImagePreprocessing Preprocessing { get; init; }

    /// <summary>What each training row counts for in the loss; null where all count the same.</summary>
    internal required float[]? RowWeights { get; init; }

    /// <summary>The checkpoint to go on from.</summary>
    internal required Checkpoint? Start { get; init; }
}
