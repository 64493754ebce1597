using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML;
using Padam.MLNet;
using Padam.MLNet.Backbones;
using Padam.MLNet.Optimizers;
using Padam.MLNet.Tests;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.Reliability;

/// <summary>
/// Collects garbage all the time on a thread of its own. TorchSharp keeps nothing alive while native code reads it: what nobody holds is
/// freed in mid-call, and the call fails, or yields other numbers than it does in quiet.
/// </summary>
internal sealed class Storm : IDisposable
{
    private readonly Thread _thread;
    private volatile bool _isOver;

    internal Storm()
    {
        _thread = new Thread(Collect) { IsBackground = true, Name = "storm" };
        _thread.Start();
    }

    internal long Collections { get; private set; }

    public void Dispose()
    {
        _isOver = true;
        _thread.Join();
    }

    private void Collect()
    {
        while (!_isOver)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Collections++;
        }
    }
}

/// <summary>What is done in a storm, each piece with all that comes out of it as a hash: a training with validation, checkpoint, saving,
/// loading and scoring; and the steps of an optimizer.</summary>
internal sealed class StormWork(string folder)
{
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly IDataView _images = TinyImages.Load(new MLContext(seed: 1), Path.Combine(folder, "images"), train: 12, test: 1).Train;

    /// <summary>The optimizers, but for those of the user's own: TorchSharp's make numbers that nothing holds.</summary>
    internal static readonly OptimizerOptionsBase[] Optimizers =
    [
        new PadamOptions { LearningRate = 0.01 },
        new PadamOptions
        {
            LearningRate = 0.01,
            DecoupledWeightDecay = true,
            EpsilonPlacement = EpsilonPlacement.OutsideRoot,
        },
        new AdamOptions(),
        new AmsGradOptions(),
        new AdamWOptions(),
        new SgdOptions { LearningRate = 0.01, Nesterov = true },
        new YogiOptions { LearningRate = 0.001 },
        new AdaBoundOptions(),
    ];

    /// <summary>Does the pieces in turn until the time is over, each at least once, under a storm.</summary>
    /// <returns>How many were done and how many gave what they give in quiet; the first fault; how often was collected.</returns>
    internal static (int Done, int Equal, string? Fault, long Collections) Run(
        IReadOnlyList<(string Name, Func<string> Work)> pieces,
        TimeSpan time
    )
    {
        string[] quiet = [.. pieces.Select(piece => piece.Work())];
        using var storm = new Storm();
        (int done, int equal, string? fault) = (0, 0, null);
        for (long start = Stopwatch.GetTimestamp(); done < pieces.Count || Stopwatch.GetElapsedTime(start) < time; done++)
        {
            (string name, Func<string> work) = pieces[done % pieces.Count];
            try
            {
                if (work() == quiet[done % pieces.Count])
                    equal++;
                else
                    fault ??= $"{name}: other numbers than in quiet";
            }
            catch (Exception failure)
            {
                fault ??= $"{name}: {failure}";
            }
        }

        return (done, equal, fault, storm.Collections);
    }

    /// <summary>A training of two epochs with every option that makes a number of its own, saved, loaded, verified and scored.</summary>
    internal string Training(string backbone, Initialization initialization, OptimizerOptionsBase optimizer)
    {
        string checkpoints = Path.Combine(folder, $"{Guid.NewGuid():N}"),
            zip = Path.Combine(folder, "storm.zip"),
            weights = Path.Combine(folder, "storm.weights");
        double? validation = null;
        var options = new ImageClassificationOptions
        {
            Backbone = Backbone.Parse(backbone).With(new() { Initialization = initialization }),
            Optimizer = optimizer,
            Epochs = 2,
            BatchSize = 4,
            Seed = 3,
            InferenceBatchSize = 8,
            ValidationFraction = 0.3,
            RestoreBestWeights = true,
            LabelSmoothing = 0.1,
            GradientClipNorm = 1,
            KernelL2 = 1e-4,
            OptimizerRestartEpochs = 1,
            Augmentation = new(CropPadding: 2, Flip: true),
            CheckpointFolder = checkpoints,
            MetricsCallback = metrics => validation = metrics.ValidationLoss,
        };
        using ImageClassificationTransformer model = _mlContext.Padam().ImageClassifier(options).Fit(_images);
        Directory.Delete(checkpoints, recursive: true);
        _mlContext.Model.Save(model, _images.Schema, zip);
        using var loaded = (ImageClassificationTransformer)_mlContext.Model.Load(zip, out _);
        loaded.SaveWeights(weights, WeightsFormat.KerasHdf5);
        byte[] keras = File.ReadAllBytes(weights);
        loaded.SaveWeights(weights, WeightsFormat.Safetensors);
        return Hash([
            .. BitConverter.GetBytes(validation!.Value),
            .. BitConverter.GetBytes(ModelFile.Verify(zip).Parameters),
            .. keras,
            .. File.ReadAllBytes(weights),
            .. TinyImages.Scores(_mlContext, model, _images).SelectMany(row => MemoryMarshal.AsBytes(row.AsSpan()).ToArray()),
            .. TinyImages.Scores(_mlContext, loaded, _images).SelectMany(row => MemoryMarshal.AsBytes(row.AsSpan()).ToArray()),
        ]);
    }

    /// <summary>
    /// Steps of an optimizer over memory (float32) or by libtorch's operators (float64), with its state saved and loaded.
    /// </summary>
    internal static string Steps(OptimizerOptionsBase optimizer, ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        var parameter = new Parameter(Numbers(type));
        using optim.Optimizer each = optimizer.Create([("p", parameter)]);
        using var state = new MemoryStream();
        for (int step = 0; step < 20; step++)
        {
            parameter.grad = Numbers(type);
            each.step();
            state.SetLength(0);
            using (var writer = new BinaryWriter(state, System.Text.Encoding.UTF8, leaveOpen: true))
                ((OptimizerHelper)each).save_state_dict(writer);
            state.Position = 0;
            using (var reader = new BinaryReader(state, System.Text.Encoding.UTF8, leaveOpen: true))
                ((OptimizerHelper)each).load_state_dict(reader);
        }

        return Hash([.. parameter.bytes, .. state.ToArray()]);

        static Tensor Numbers(ScalarType type) =>
            tensor([.. Enumerable.Range(-50, 100).Select(i => i / 40f)], ScalarType.Float32, CPU).to(type);
    }

    private static string Hash(byte[] bytes) => Convert.ToHexString(SHA256.HashData(bytes));
}
