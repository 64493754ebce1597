using Microsoft.ML;
using Microsoft.ML.Runtime;
using Padam.MLNet.Data;
using Padam.MLNet.Input;
using Padam.MLNet.Layers;
using Padam.MLNet.MLNetInternals;
using Padam.MLNet.Models;
using Padam.MLNet.Native;
using Padam.MLNet.Scoring;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>All of a training that is read, checked and decided before its first step, on each rank by itself.</summary>
internal sealed class Preparation : IDisposable
{
    private readonly List<IDisposable> _held = [];

    private Preparation() { }

    // Not CPU to begin with: that is the first touch of libtorch, which NativeLibraries must make.
    internal Device Device { get; private set; } = null!;

    internal int Seed { get; private set; }

    internal CheckpointFolder? Checkpoints { get; private set; }

    internal Checkpoint? Start { get; private set; }

    internal FirstNetwork First { get; private set; } = null!;

    internal TrainingData Data { get; private set; } = null!;

    internal bool Stratified { get; private set; }

    internal ImagePreprocessing Preprocessing { get; private set; } = null!;

    internal float[]? RowWeights { get; private set; }

    internal Normalization Normalization { get; private set; } = null!;

    internal BatchShare Share { get; private set; }

    /// <summary>What decides the outcome, by option; empty where nobody compares it.</summary>
    internal IReadOnlyDictionary<string, string> Settings { get; private set; } = new Dictionary<string, string>();

    /// <summary>Prepares a training.</summary>
    /// <param name="host">ML.NET's host of the trainer.</param>
    /// <param name="input">What the trainer is fitted on.</param>
    /// <param name="options">What it is told.</param>
    /// <param name="ranks">Who trains.</param>
    /// <param name="neighbours">Which of them share this rank's machine.</param>
    /// <param name="fitted">How many trainings the trainer has finished.</param>
    /// <param name="drawn">A seed, where nobody names one.</param>
    /// <param name="log">Told of what may be of interest.</param>
    internal static Preparation Make(
        IHostEnvironment host,
        IDataView input,
        ITrainingOptions options,
        Communicator ranks,
        Neighbours neighbours,
        int fitted,
        int drawn,
        IChannel log
    )
    {
        var made = new Preparation();
        try
        {
            made.Fill(host, input, options, ranks, neighbours, fitted, drawn, log);
            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    /// <summary>What the training is given.</summary>
    internal TrainingContext Context(
        ITrainingOptions options,
        Communicator ranks,
        TorchState state,
        IChannel log,
        Func<bool> isCancelled
    ) =>
        new()
        {
            Options = options,
            Ranks = ranks,
            Share = Share,
            Data = Data,
            Normalization = Normalization,
            Network = First.Network,
            Frozen = First.Frozen,
            Device = Device,
            Seed = Seed,
            Random = First.Random,
            UserCode = First.UserCode,
            State = state,
            Log = log,
            IsCancelled = isCancelled,
            Settings = Settings,
            StratifiedValidation = Stratified,
            Checkpoints = Checkpoints,
            RowWeights = RowWeights,
            Preprocessing = Preprocessing,
            Start = Start,
        };

    public void Dispose()
    {
        foreach (IDisposable held in Enumerable.Reverse(_held))
            held.Dispose();
    }

    private void Fill(
        IHostEnvironment host,
        IDataView input,
        ITrainingOptions options,
        Communicator ranks,
        Neighbours neighbours,
        int fitted,
        int drawn,
        IChannel log
    )
    {
        var columns = TrainingColumns.Of(input, options);
        Device = NetworkDevice.Of(host, log);
        if (ranks.Size > 1 && Device.type != DeviceType.CPU)
            throw new NotSupportedException("Distributed trains on CPUs. Leave GpuDeviceId null.");
        TrainingPrecision.Require(options.Compute.Precision, Device, log);
        Hold(new ThreadCount(options.Threads ?? ThreadsBeside(neighbours)));
        if (options.CheckpointFolder is { } folder)
            Checkpoints = Hold(CheckpointFolder.Open(folder, fitted, forReading: ranks.Rank > 0));
        Start = Checkpoints?.Find(options.Resume);
        if (Start is not null)
            MoreEpochs.Require(Start.Position, options, Checkpoints!.File);
        Seed = options.Seed ?? HostSettings.Seed(host) ?? Start?.Position.Seed ?? drawn;
        First = Hold(FirstNetwork.Make(options, columns, Seed, Device, Checkpoints is not null, log));
        RequireTogether(options, ranks);

        Stratified = Start is null || Start.Position.StratifiedValidation == true;
        // A checkpoint that does not say how it resized goes on as it began.
        Preprocessing = Start is { Position.Resampling: null }
            ? options.Preprocessing with
            {
                ResizedBySkia = true,
            }
            : options.Preprocessing;
        Data = Hold(TrainingData.Read(columns, options, Seed, Stratified, Preprocessing));
        if (Data.ImagesInFile > 0)
            log.Info(MessageSensitivity.None, $"{Data.ImagesInFile} images are beyond ImageMemoryLimit and kept in a temporary file.");
        foreach (string line in Data.Warnings(Preprocessing))
            log.Warning(MessageSensitivity.UserData, line);
        RowWeights = Training.RowWeights.Of(Data.Training, options.Loss.ClassWeights, Data.Labels.Classes);
        RequireRoom(options);
        Normalization =
            options.Normalization
            ?? (options.InitialWeights is null ? null : options.Backbone.Pretraining?.Normalization)
            ?? NormalizationMeasure.Of(Data.Training.Images, Data.Training.Rows, options.PixelScale);
        if (Checkpoints is not null || ranks.Size > 1)
            Settings = TrainingSettings.Of(options, Data, Normalization, Seed, NormalizesApart(options, ranks) ? ranks.Size : null);
        if (Start is not null)
            Checkpoints!.RequireSame(Start.Position.In(options.Epochs), Settings);
        if (ranks.Rank == 0)
            Checkpoints?.RemoveHalfWritten();
    }

    private void RequireTogether(ITrainingOptions options, Communicator ranks)
    {
        if (options.SynchronizedBatchNorm && ranks.Size > 1)
            First.Network.RequireSynchronizable();
        // The numbers of the ranks go on from those of the first weights, each by itself.
        if (ranks.Rank > 0)
            First.Random.State = new RandomStream(SeedOf(ranks.Rank)).State;
        if (ranks.Size > 1)
            GradientExchange.RequireSingles(First.Network);
        // A share of one image would be normalised by itself.
        int least = NormalizesApart(options, ranks) ? BatchShare.NoSingleRow * ranks.Size : BatchShare.NoSingleRow;
        if (ranks.Size > 1 && NormalizesApart(options, ranks) && options.BatchSize < least)
            throw new ArgumentException(
                $"BatchSize is {options.BatchSize}: each of {ranks.Size} ranks needs two images of a batch to normalise by. Set "
                    + $"BatchSize to at least {least}, or SynchronizedBatchNorm."
            );
        Share = new BatchShare(ranks.Rank, ranks.Size, least);
    }

    // torch's generator takes 32 bits of a seed.
    private uint SeedOf(int rank) => unchecked((uint)Seed + ((uint)rank * 0x9E3779B9u));

    private bool NormalizesApart(ITrainingOptions options, Communicator ranks) =>
        ranks.Size > 1 && !options.SynchronizedBatchNorm && First.Network.HasBatchNorm();

    private void RequireRoom(ITrainingOptions options)
    {
        NetworkDescription.RequireBatch(options.Inference.BatchSize, Data.Training.Images.Shape, Data.Labels.Classes);
        int batch = Share.Longest(
            BatchAssembly.Longest(Data.Training.Rows.Length, options.BatchSize, options.Compute.DropPartBatch, Share.LeastRows)
        );
        BatchLimit.Require(
            batch,
            Math.Max(Data.Training.Images.Shape.Values, Data.Labels.Classes),
            $"images of {Data.Training.Images.Shape}"
        );
        First.RequireRoom(Data.Training.Images.Shape, batch);
    }

    // What libtorch would take for this process alone, divided by those that run on the same processors.
    private static int? ThreadsBeside(Neighbours neighbours) =>
        neighbours.OnProcessors == 1
            ? null
            : Math.Min(get_num_threads(), Math.Max(1, Environment.ProcessorCount / neighbours.OnProcessors));

    private T Hold<T>(T held)
        where T : IDisposable
    {
        _held.Add(held);
        return held;
    }
}
