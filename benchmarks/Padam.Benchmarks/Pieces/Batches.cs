using BenchmarkDotNet.Attributes;
using Microsoft.ML;
using Padam.MLNet;
using Padam.MLNet.Data;
using Padam.MLNet.Input;
using Padam.MLNet.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.Benchmarks.Pieces;

/// <summary>An epoch's batches of 128: order, crop, flip, normalisation, from bytes to channels-last singles. Time is per image.</summary>
public class Batches
{
    private const int Images = 128 * 16;
    private BatchAssembly _assembly = null!;
    private int _epoch;

    [Params(false, true)]
    public bool Augmented { get; set; }

    [GlobalSetup]
    public void Read()
    {
        using var files = new SyntheticCifar(Images, test: 1);
        var options = new ImageClassificationOptions { Augmentation = Augmented ? new(CropPadding: 4, Flip: true) : Augmentation.None };
        var data = TrainingData.Read(TrainingColumns.Of(files.Load(new MLContext(), CifarSplit.Train), options), options, seed: 1);
        var map = new PixelMap(Normalization.Cifar10, options.PixelScale);
        var images = new AugmentedImages(data.Training, map, options.Augmentation, seed: 1);
        var device = new DeviceTransfer(CPU);
        _assembly = new BatchAssembly(images, rows => new HostImages(images, rows, device), device, options.BatchSize, seed: 1);
    }

    [Benchmark(OperationsPerInvoke = Images)]
    public void Assemble()
    {
        using DisposeScope scope = NewDisposeScope();
        foreach (TrainingBatch _ in _assembly.Epoch(++_epoch)) { }
    }

    [GlobalCleanup]
    public void Dispose() => _assembly.Dispose();
}
