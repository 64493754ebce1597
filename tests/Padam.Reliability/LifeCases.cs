using System.Diagnostics;
using Microsoft.ML;
using Padam.MLNet;
using Padam.MLNet.Tests;

namespace Padam.Reliability;

/// <summary>Many trainings and predictions in one process, and the same seed again.</summary>
internal static class LifeCases
{
    internal static IEnumerable<Case> All =>
        [
            new("Life", "100 Fit/Dispose: tensors and resident memory level", Fits),
            new("Life", "100 Load/score/Dispose: tensors and resident memory level", Loads),
            new("Life", "10,000 predictions: tensors and resident memory level", Predictions),
            new("Life", "same seed, same bytes; other seed, others", Seeds),
            new("Life", "two trainings side by side give what each gives alone", SideBySide),
        ];

    private static Outcome Fits(Bench bench)
    {
        ImageClassificationOptions options = TinyImages.Options(epochs: 2);
        options.Backbone = MLNet.Backbones.Backbone.Parse("vgg-small");
        IDataView few = bench.MLContext.Data.TakeRows(bench.Train, 24);
        return Level(bench.Count(100), parameters: 14, () => bench.MLContext.Padam().ImageClassifier(options).Fit(few).Dispose());
    }

    private static Outcome Loads(Bench bench)
    {
        string zip = bench.Fresh();
        using (ImageClassificationTransformer model = bench.Fit())
            bench.MLContext.Model.Save(model, bench.Train.Schema, zip);
        return Level(
            bench.Count(100),
            TinyImages.Parameters,
            () =>
            {
                ITransformer loaded = bench.MLContext.Model.Load(zip, out _);
                TinyImages.Scores(bench.MLContext, loaded, bench.Test);
                ((IDisposable)loaded).Dispose();
            }
        );
    }

    private static Outcome Predictions(Bench bench)
    {
        using ImageClassificationTransformer model = bench.Fit();
        using var engine = Engines.Create(bench, model);
        Engines.Image[] images = Engines.Images(bench);
        long start = Stopwatch.GetTimestamp();
        int count = bench.Count(10_000),
            i = 0;
        Outcome outcome = Level(count, parameters: 0, () => engine.Predict(images[i++ % images.Length]));
        return outcome with { Figure = $"{outcome.Figure}; {count / Stopwatch.GetElapsedTime(start).TotalSeconds:0} a second" };
    }

    // Half to warm up: the allocator keeps what it once had. Then it must not grow by more than noise.
    private static Outcome Level(int count, int parameters, Action act)
    {
        for (int i = 0; i < count / 2; i++)
            act();
        (var tensors, long before) = (new LiveTensors(parameters), Resident());
        for (int i = count / 2; i < count; i++)
            act();
        (long left, long grown) = (tensors.LeftAfterCollection(count - (count / 2)), Resident() - before);
        const long noise = 30_000_000;
        return new(
            count,
            left == 0 && grown < noise ? count : 0,
            $"{left:+0;-0;0} tensors, {grown / 1e6:+0.0;-0.0;0} MB resident in the second half"
        );
    }

    private static long Resident()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return Environment.WorkingSet;
    }

    private static Outcome Seeds(Bench bench)
    {
        byte[] Train(int seed)
        {
            ImageClassificationOptions options = TinyImages.Options(seed: seed);
            options.Augmentation = new(CropPadding: 2, Flip: true);
            using ImageClassificationTransformer model = bench.Fit(options);
            return bench.Weights(model);
        }

        int count = bench.Count(40),
            held = 0;
        for (int seed = 0; seed < count; seed++)
        {
            byte[] first = Train(seed);
            if (first.AsSpan().SequenceEqual(Train(seed)) && !first.AsSpan().SequenceEqual(Train(seed + 1)))
                held++;
        }

        return new(count, held, "weights compared byte for byte");
    }

    private static Outcome SideBySide(Bench bench)
    {
        byte[] Train(int seed)
        {
            ImageClassificationOptions options = TinyImages.Options(epochs: 6, seed: seed);
            options.Augmentation = new(CropPadding: 2, Flip: true);
            using ImageClassificationTransformer model = bench.Fit(options, new MLContext(seed));
            return bench.Weights(model);
        }

        int count = bench.Count(40),
            held = 0;
        for (int i = 0; i < count; i++)
        {
            (byte[] one, byte[] two) = (Train(i), Train(1000 + i));
            Task<byte[]> first = Task.Run(() => Train(i)),
                second = Task.Run(() => Train(1000 + i));
            if (first.Result.AsSpan().SequenceEqual(one) && second.Result.AsSpan().SequenceEqual(two))
                held++;
        }

        return new(count, held, "weights compared byte for byte");
    }
}
