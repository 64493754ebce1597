using System.Diagnostics;
using Microsoft.ML;
using Padam.MLNet;
using Padam.MLNet.Tests;

namespace Padam.Reliability;

/// <summary>Many threads on one model, and a model that goes away under them.</summary>
internal static class LoadCases
{
    private const int Threads = 8;

    internal static IEnumerable<Case> All =>
        [
            new("Load", "8 threads with their own engines for a minute: identical scores", OwnEngines),
            new("Load", "8 threads on one transformer for a minute: identical scores", OneTransformer),
            new("Load", "disposed while 8 threads score: a right score or ObjectDisposedException", DisposedWhileScoring),
            new("Load", "disposed twice, used after dispose", UsedAfterDispose),
        ];

    private static Outcome OwnEngines(Bench bench)
    {
        using ImageClassificationTransformer model = bench.Fit();
        Engines.Image[] images = Engines.Images(bench);
        float[][] expected;
        using (var engine = Engines.Create(bench, model))
            expected = [.. images.Select(image => engine.Predict(image).Score)];
        return Race(
            bench.Time(60),
            thread =>
            {
                var engine = Engines.Create(bench, model);
                int i = thread;
                return () =>
                {
                    i = (i + 1) % images.Length;
                    return engine.Predict(images[i]).Score.AsSpan().SequenceEqual(expected[i]);
                };
            }
        );
    }

    private static Outcome OneTransformer(Bench bench)
    {
        using ImageClassificationTransformer model = bench.Fit();
        IReadOnlyList<float[]> expected = TinyImages.Scores(bench.MLContext, model, bench.Test);
        return Race(bench.Time(60), _ => () => Same(expected, TinyImages.Scores(bench.MLContext, model, bench.Test)));
    }

    private static Outcome Race(TimeSpan time, Func<int, Func<bool>> start)
    {
        long begin = Stopwatch.GetTimestamp();
        long[] tried = new long[Threads],
            held = new long[Threads];
        Exception? fault = null;
        Thread[] threads =
        [
            .. Enumerable
                .Range(0, Threads)
                .Select(thread => new Thread(() =>
                {
                    try
                    {
                        Func<bool> act = start(thread);
                        while (Stopwatch.GetElapsedTime(begin) < time)
                        {
                            tried[thread]++;
                            if (act())
                                held[thread]++;
                        }
                    }
                    catch (Exception caught)
                    {
                        fault = caught;
                    }
                })
                {
                    IsBackground = true,
                }),
        ];
        foreach (Thread thread in threads)
            thread.Start();
        bool stuck = threads.Any(thread => !thread.Join(time + TimeSpan.FromSeconds(30)));
        return new(
            (int)tried.Sum(),
            stuck || fault is not null ? 0 : (int)held.Sum(),
            stuck
                ? "a thread did not end"
                : fault?.ToString() ?? $"{tried.Sum() / Stopwatch.GetElapsedTime(begin).TotalSeconds:0} calls a second"
        );
    }

    private static Outcome DisposedWhileScoring(Bench bench)
    {
        int count = bench.Count(100),
            held = 0,
            right = 0,
            refused = 0;
        byte[] zip;
        using (ImageClassificationTransformer first = bench.Fit())
            zip = bench.Zip(first);
        var tensors = new LiveTensors(TinyImages.Parameters);
        var random = new Random(6);
        for (int i = 0; i < count; i++)
        {
            var model = (ImageClassificationTransformer)Load(bench, zip);
            IReadOnlyList<float[]> expected = TinyImages.Scores(bench.MLContext, model, bench.Test);
            bool good = true;
            Task[] tasks =
            [
                .. Enumerable
                    .Range(0, Threads)
                    .Select(_ =>
                        Task.Run(() =>
                        {
                            try
                            {
                                while (true)
                                {
                                    if (!Same(expected, TinyImages.Scores(bench.MLContext, model, bench.Test)))
                                        good = false;
                                    Interlocked.Increment(ref right);
                                }
                            }
                            catch (ObjectDisposedException)
                            {
                                Interlocked.Increment(ref refused);
                            }
                        })
                    ),
            ];
            Thread.Sleep(random.Next(40));
            model.Dispose();
            if (Task.WaitAll(tasks, TimeSpan.FromSeconds(30)) && good)
                held++;
        }

        long left = tensors.LeftAfterCollection(networks: count);
        return new(count, left == 0 ? held : 0, $"{right} right passes, {refused} refused, {left} tensors left");
    }

    private static Outcome UsedAfterDispose(Bench bench)
    {
        ImageClassificationTransformer model = bench.Fit();
        IDataView scored = model.Transform(bench.Test);
        var engine = Engines.Create(bench, model);
        Engines.Image image = Engines.Images(bench)[0];
        engine.Predict(image);
        model.Dispose();
        model.Dispose();
        Action[] uses =
        [
            () => model.Transform(bench.Test),
            () => TinyImages.Scores(bench.MLContext, model, bench.Test),
            () => scored.GetRowCursor(scored.Schema),
            () => engine.Predict(Engines.Images(bench)[1]),
            () => bench.Zip(model),
            () => bench.Weights(model),
            () => Engines.Create(bench, model),
        ];
        return new(uses.Length, uses.Count(Refuses), "ObjectDisposedException each time");
    }

    private static bool Refuses(Action use)
    {
        try
        {
            use();
            return false;
        }
        catch (Exception fault)
        {
            // ML.NET wraps some.
            while (fault is System.Reflection.TargetInvocationException { InnerException: { } inner })
                fault = inner;
            return fault is ObjectDisposedException;
        }
    }

    private static Microsoft.ML.ITransformer Load(Bench bench, byte[] zip) => bench.MLContext.Model.Load(new MemoryStream(zip), out _);

    private static bool Same(IReadOnlyList<float[]> expected, IReadOnlyList<float[]> actual) =>
        expected.Count == actual.Count && expected.Zip(actual).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));
}
