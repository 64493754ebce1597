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
    private readonly IHostEnvironment _host;
    private readonly ITrainingOptions _options;
    private readonly Communicator _ranks;
    private readonly Neighbours _neighbours;
    private readonly IChannel _log;

    private Preparation(IHostEnvironment host, ITrainingOptions options, Communicator ranks, Neighbours neighbours, IChannel log) =>
        (_host, _options, _ranks, _neighbours, _log) = (host, options, ranks, neighbours, log);

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
        var made = new Preparation(host, options, ranks, neighbours, log);
        try
        {
            made.Fill(input, fitted, drawn);
            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    /// <summary>What the training is given.</summary>
    internal TrainingContext Context(TorchState state, Func<bool> isCancelled) =>
        new()
        {
            Options = _options,
            Ranks = _ranks,
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
            Log = _log,
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

    private void Fill(IDataView input, int fitted, int drawn)
    {
        var columns = TrainingColumns.Of(input, _options);
        Device = NetworkDevice.Of(_host, _log);
        if (_ranks.Size > 1 && Device.type != DeviceType.CPU)
            throw new NotSupportedException("Distributed trains on CPUs. Leave GpuDeviceId null.");
        TrainingPrecision.Require(_options.Compute.Precision, Device, _log);
        Hold(new ThreadCount(_options.Threads ?? _neighbours.Threads));
        if (_options.CheckpointFolder is { } folder)
            Checkpoints = Hold(CheckpointFolder.Open(folder, fitted, forReading: _ranks.Rank > 0));
        Start = Checkpoints?.Find(_options.Resume);
        if (Start is not null)
            MoreEpochs.Require(Start.Position, _options, Checkpoints!.File);
        Seed = _options.Seed ?? HostSettings.Seed(_host) ?? Start?.Position.Seed ?? drawn;
        First = Hold(FirstNetwork.Make(_options, columns, Seed, Device, Checkpoints is not null, _log));
        RequireTogether();

        Stratified = Start is null || Start.Position.StratifiedValidation == true;
        // A checkpoint that does not say how it resized goes on as it began.
        Preprocessing = Start is { Position.Resampling: null }
            ? _options.Preprocessing with
            {
                ResizedBySkia = true,
            }
            : _options.Preprocessing;
        Data = Hold(TrainingData.Read(columns, _options, Seed, Stratified, Preprocessing));
        if (Data.ImagesInFile > 0)
            _log.Info(MessageSensitivity.None, $"{Data.ImagesInFile} images are beyond ImageMemoryLimit and kept in a temporary file.");
        foreach (string line in Data.Warnings(Preprocessing))
            _log.Warning(MessageSensitivity.UserData, line);
        RowWeights = Training.RowWeights.Of(Data.Training, _options.Loss.ClassWeights, Data.Labels.Classes);
        RequireRoom();
        Normalization =
            _options.Normalization
            ?? (_options.InitialWeights is null ? null : _options.Backbone.Pretraining?.Normalization)
            ?? NormalizationMeasure.Of(Data.Training.Images, Data.Training.Rows, _options.PixelScale);
        if (Checkpoints is not null || _ranks.Size > 1)
            Settings = TrainingSettings.Of(_options, Data, Normalization, Seed, NormalizesApart ? _ranks.Size : null);
        if (Start is not null)
            Checkpoints!.RequireSame(Start.Position.In(_options.Epochs), Settings);
        if (_ranks.Rank == 0)
            Checkpoints?.RemoveHalfWritten();
    }

    private void RequireTogether()
    {
        if (_options.SynchronizedBatchNorm && _ranks.Size > 1)
            First.Network.RequireSynchronizable();
        // The numbers of the ranks go on from those of the first weights, each by itself.
        if (_ranks.Rank > 0)
            First.Random.State = new RandomStream(SeedOf(_ranks.Rank)).State;
        if (_ranks.Size > 1)
            GradientExchange.RequireSingles(First.Network);
        // A share of one image would be normalised by itself.
        int least = NormalizesApart ? BatchShare.NoSingleRow * _ranks.Size : BatchShare.NoSingleRow;
        if (NormalizesApart && _options.BatchSize < least)
            throw new ArgumentException(
                $"BatchSize is {_options.BatchSize}: each of {_ranks.Size} ranks needs two images of a batch to normalise by. Set "
                    + $"BatchSize to at least {least}, or SynchronizedBatchNorm."
            );
        Share = new BatchShare(_ranks.Rank, _ranks.Size, least);
    }

    // torch's generator takes 32 bits of a seed.
    private uint SeedOf(int rank) => unchecked((uint)Seed + ((uint)rank * 0x9E3779B9u));

    private bool NormalizesApart => _ranks.Size > 1 && !_options.SynchronizedBatchNorm && First.Network.HasBatchNorm();

    private void RequireRoom()
    {
        NetworkDescription.RequireBatch(_options.Inference.BatchSize, Data.Training.Images.Shape, Data.Labels.Classes);
        int batch = Share.Longest(
            BatchAssembly.Longest(Data.Training.Rows.Length, _options.BatchSize, _options.Compute.DropPartBatch, Share.LeastRows)
        );
        BatchLimit.Require(
            batch,
            Math.Max(Data.Training.Images.Shape.Values, Data.Labels.Classes),
            $"images of {Data.Training.Images.Shape}"
        );
        First.RequireRoom(Data.Training.Images.Shape, batch, sharedBy: _neighbours.OnMachine);
    }

    private T Hold<T>(T held)
        where T : IDisposable
    {
        _held.Add(held);
        return held;
    }
}
