using System.Diagnostics;
using Padam.MLNet;
using Padam.MLNet.Tests;
using Padam.MLNet.Training;

namespace Padam.Reliability;

/// <summary>Trainings that are stopped from outside, and what is left of them.</summary>
internal static class InterruptionCases
{
    internal static IEnumerable<Case> All =>
        [
            new("Interruption", "100 cancellations at random moments: checkpoint whole, tensors freed, same model in the end", Cancel),
            new("Interruption", "killed at random moments (SIGKILL): resumes to the same model", Kill),
            new(
                "Interruption",
                "killed with everything on (augmentation, mixing, averages, weights, rules ...): the same",
                KillWithEverything
            ),
            new("Interruption", "a callback that throws: reaches the caller, checkpoint whole, tensors freed", Throw),
        ];

    private static Outcome Cancel(Bench bench)
    {
        string folder = bench.Fresh(),
            checkpoint = Path.Combine(folder, "checkpoint.zip");
        const int epochs = 10;
        byte[] expected;
        using (ImageClassificationTransformer whole = bench.Fit(Child.Options(null, epochs)))
            expected = bench.Weights(whole);
        long start = Stopwatch.GetTimestamp();
        bench.Fit(Child.Options(bench.Fresh(), epochs)).Dispose();
        double milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        int count = bench.Count(100),
            held = 0,
            ended = 0,
            cancelled = 0;
        var random = new Random(4);
        while (cancelled < count)
        {
            var tensors = new LiveTensors(TinyImages.Parameters);
            using var source = new CancellationTokenSource();
            ImageClassificationOptions options = Child.Options(folder, epochs);
            options.CancellationToken = source.Token;
            // Late ones too: after the last step, or in the writing of a checkpoint.
            source.CancelAfter(TimeSpan.FromMilliseconds(random.NextDouble() * milliseconds));
            try
            {
                using ImageClassificationTransformer model = bench.Fit(options);
                ended++;
                if (!bench.Weights(model).AsSpan().SequenceEqual(expected))
                    continue;
                Directory.Delete(folder, recursive: true);
            }
            catch (OperationCanceledException)
            {
                cancelled++;
                if (File.Exists(checkpoint))
                    Checkpoint.Read(checkpoint);
            }

            // A training cancelled while it read its data has built no network.
            if (
                (tensors.LeftAfterCollection(networks: 1) == 0 || tensors.LeftAfterCollection(networks: 0) == 0)
                && (!Directory.Exists(folder) || !Directory.EnumerateFiles(folder, "*.tmp").Any())
            )
                held++;
        }

        using ImageClassificationTransformer last = bench.Fit(Child.Options(folder, epochs));
        bool same = bench.Weights(last).AsSpan().SequenceEqual(expected);
        return new(
            cancelled + ended + 1,
            held + (same ? 1 : 0),
            $"{cancelled} cancelled, {ended} ended first; models compared byte for byte with the uninterrupted one"
        );
    }

    private static Outcome Kill(Bench bench)
    {
        const int epochs = 600;
        return Killed(
            bench,
            bench.Count(20),
            folder => bench.Fit(Child.Options(folder, epochs)),
            folder => ["train", bench["data"], folder, $"{epochs}"]
        );
    }

    // Half of the kills for either set of tricks, since some exclude each other.
    private static Outcome KillWithEverything(Bench bench)
    {
        const int epochs = 250;
        Outcome[] outcomes =
        [
            .. new[] { true, false }.Select(padded =>
                Killed(
                    bench,
                    bench.Count(10),
                    folder => Child.FitEverything(bench.MLContext, padded, folder, epochs),
                    folder => ["train-everything", folder, $"{padded}", $"{epochs}"]
                )
            ),
        ];
        return new(
            outcomes.Sum(outcome => outcome.Tried),
            outcomes.Sum(outcome => outcome.Held),
            string.Join("; ", outcomes.Select(outcome => outcome.Figure))
        );
    }

    /// <summary>Kills a training again and again, and compares what it ends with to what it would have been.</summary>
    /// <param name="bench">Where.</param>
    /// <param name="count">How often.</param>
    /// <param name="fit">Trains in this process, from the checkpoint in a folder or, without one, in one go.</param>
    /// <param name="child">The words that do so in another process.</param>
    private static Outcome Killed(Bench bench, int count, Func<string?, ImageClassificationTransformer> fit, Func<string, string[]> child)
    {
        string folder = bench.Fresh(),
            checkpoint = Path.Combine(folder, "checkpoint.zip");
        byte[] expected;
        using (ImageClassificationTransformer whole = fit(null))
            expected = bench.Weights(whole);
        int killed = 0;
        var random = new Random(5);
        for (int i = 0; i < count; i++)
        {
            Process process = Bench.Start("exec \"$@\"", [], null, child(folder));
            Thread.Sleep(random.Next(300, 2000));
            process.Kill(entireProcessTree: true);
            if (Bench.Finish(process).Code == 128 + 9)
                killed++;
            // Throws where the file is not whole.
            if (File.Exists(checkpoint))
                Checkpoint.Read(checkpoint);
        }

        using ImageClassificationTransformer last = fit(folder);
        return new(
            count,
            bench.Weights(last).AsSpan().SequenceEqual(expected) ? count : 0,
            $"{killed} killed in the middle; the checkpoint was whole each time, the model in the end the same bytes"
        );
    }

    private static Outcome Throw(Bench bench)
    {
        int count = bench.Count(100),
            held = 0;
        var tensors = new LiveTensors(TinyImages.Parameters);
        for (int i = 0; i < count; i++)
        {
            string folder = bench.Fresh();
            ImageClassificationOptions options = Child.Options(folder, epochs: 3);
            int left = 1 + (i % 21);
            if (i % 2 == 0)
                options.ProgressCallback = _ => ThrowAt(ref left);
            else
                options.MetricsCallback = _ => ThrowAt(ref left);
            try
            {
                bench.Fit(options).Dispose();
                held++;
            }
            catch (TimeoutException)
            {
                string checkpoint = Path.Combine(folder, "checkpoint.zip");
                if (File.Exists(checkpoint))
                    Checkpoint.Read(checkpoint);
                held++;
            }

            Directory.Delete(folder, recursive: true);
        }

        long tensorsLeft = tensors.LeftAfterCollection(networks: count);
        return new(count, tensorsLeft == 0 ? held : 0, $"{tensorsLeft} tensors left");
    }

    private static void ThrowAt(ref int left)
    {
        if (--left == 0)
            throw new TimeoutException("the user's own");
    }
}
