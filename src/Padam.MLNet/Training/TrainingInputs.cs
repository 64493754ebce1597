using System.Diagnostics;
using Microsoft.ML.Runtime;
using Padam.MLNet.Backbones;
using Padam.MLNet.Data;
using Padam.MLNet.Input;
using Padam.MLNet.Layers;
using Padam.MLNet.Models;

namespace Padam.MLNet.Training;

/// <summary>
/// What goes into the network in each epoch, and where: the images; or, where its first layers are frozen and images are not varied, what
/// these layers made of them.
/// </summary>
internal sealed class TrainingInputs : IDisposable
{
    private readonly TrainingContext _context;
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly List<FrozenOutputs> _kept = [];

    private TrainingInputs(TrainingContext context) => _context = context;

    internal required CutNetwork Cut { get; init; }

    internal required IBatchInput Training { get; set; }

    internal required IBatchInput? Validation { get; set; }

    internal static TrainingInputs Of(TrainingContext context)
    {
        (ITrainingOptions options, PixelMap map) = (context.Options, context.Map);
        // What the first layers made of an image serves no other view of it.
        bool varied = options.Augmentation != Augmentation.None || options.Inference.TestTimeAugmentation != TestTimeAugmentation.None;
        context.Network.train();
        context.Frozen.StayInEvaluationMode();
        var inputs = new TrainingInputs(context)
        {
            Cut =
                varied || options.Epochs == 0 || context.Start?.Position.EndsIn(options.Epochs) == true
                    ? CutNetwork.Nowhere(context.Network)
                    : CutNetwork.BehindConstantStages(context.Network),
            Training = new AugmentedImages(context.Data.Training, map, options.Augmentation, context.Seed),
            Validation = context.Data.Validation is { } set ? new AugmentedImages(set, map, Augmentation.None, context.Seed) : null,
        };
        if (inputs.Cut.HasBeginning)
            inputs.RunBeginning();
        return inputs;
    }

    /// <summary>The batches of each epoch: made by the CPU's vector instructions for the CPU, by tensor operators on a device.</summary>
    internal BatchAssembly Batches()
    {
        ITrainingOptions options = _context.Options;
        var device = new DeviceTransfer(_context.Device);
        BatchMixer? mixer = options.Augmentation.Mixing is { } mixing
            ? new(mixing, _context.Data.Training.Images.Shape, _context.Seed)
            : null;
        BatchShare share = _context.Share with { HasPartner = mixer is not null };
        // What layers made of images is ready as it lies.
        Func<int, IBatchImages> images =
            _context.IsOnDevice && Training is AugmentedImages stored
                ? rows => new DeviceImages(stored, rows, device, mixer)
                : rows => new HostImages(Training, rows, device, mixer, share.Partners);
        return new BatchAssembly(
            Training,
            images,
            device,
            options.BatchSize,
            _context.Seed,
            _context.RowWeights,
            options.Compute.DropPartBatch,
            share
        );
    }

    public void Dispose()
    {
        foreach (FrozenOutputs outputs in _kept)
            outputs.Dispose();
    }

    private void RunBeginning()
    {
        int training = Training.Count,
            all = training + (Validation?.Count ?? 0);
        try
        {
            using IDisposable evaluation = _context.Network.FoldedForEvaluation();
            RequireBatches(FrozenOutputs.NumbersAnImage(Training, Cut, _context.Device));
            Training = Kept(Training, 0, all);
            if (Validation is not null)
                Validation = Kept(Validation, training, all);
        }
        catch
        {
            Dispose();
            throw;
        }

        int inFile = _kept.Sum(outputs => outputs.InFile);
        string file = inFile == 0 ? "" : $", those of {inFile} images in a temporary file";
        _context.Log.Info(
            MessageSensitivity.None,
            FormattableString.Invariant(
                $"Frozen layers ran once over {all} images in {Stopwatch.GetElapsedTime(_start).TotalSeconds:0.0} s; "
            ) + $"of each image they keep {Training.Numbers()} numbers{file}."
        );
    }

    // Layers may make more numbers of an image than it has.
    private void RequireBatches(int numbers)
    {
        ITrainingOptions options = _context.Options;
        BatchLimit.Require(
            _context.Share.Longest(
                BatchAssembly.Longest(Training.Count, options.BatchSize, options.Compute.DropPartBatch, _context.Share.LeastRows)
            ),
            numbers,
            $"images, of each of which frozen layers keep {numbers} numbers,"
        );
        NetworkDescription.RequireBatch(
            Math.Min(options.Inference.BatchSize, Math.Max(Training.Count, Validation?.Count ?? 0)),
            _context.Data.Training.Images.Shape,
            numbers
        );
    }

    private FrozenOutputs Kept(IBatchInput images, int before, int all)
    {
        var outputs = FrozenOutputs.Compute(
            images,
            Cut,
            _context.Device,
            _context.Options.Inference.BatchSize,
            _context.Data.Memory,
            done => Report(before + done, all)
        );
        _kept.Add(outputs);
        return outputs;
    }

    private void Report(int done, int all)
    {
        if (_context.IsCancelled())
        {
            _context.Options.CancellationToken.ThrowIfCancellationRequested();
            throw new OperationCanceledException("The MLContext was cancelled.");
        }

        if (_context.Options.ProgressCallback is not { } callback)
            return;
        double perSecond = done / Stopwatch.GetElapsedTime(_start).TotalSeconds;
        var progress = new TrainingProgress(0, _context.Options.Epochs, done, all, double.NaN, perSecond)
        {
            Stage = TrainingStage.Features,
        };
        _context.State.AsCaller(() => callback(progress));
    }
}
