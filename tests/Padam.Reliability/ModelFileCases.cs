using System.Diagnostics;
using Microsoft.ML;
using Padam.MLNet;
using Padam.MLNet.Tests;

namespace Padam.Reliability;

/// <summary>Broken and hostile model files, by Verify and by a plain Load.</summary>
internal static class ModelFileCases
{
    internal static IEnumerable<Case> All =>
        [
            new(
                "Model files",
                "cut at 500 places",
                bench => Sweep(bench, 500, (models, length, i, count) => models.Cut((int)((long)length * i / count)), mustRefuse: true)
            ),
            new(
                "Model files",
                "one bit flipped at 2,000 places of our entries",
                bench => Sweep(bench, 2000, (models, _, i, _) => models.Flipped(models.BitOfOurEntries(new Random(i))), mustRefuse: false)
            ),
            new(
                "Model files",
                "one bit flipped anywhere",
                bench => Sweep(bench, 2000, (models, length, i, _) => models.Flipped(new Random(i).Next(8 * length)), mustRefuse: false)
            ),
            new("Model files", "hostile, bombs of 1 GiB", Hostile),
        ];

    private static Outcome Sweep(Bench bench, int full, Func<BrokenModels, int, int, int, byte[]> broken, bool mustRefuse)
    {
        using var judge = new Judge(bench);
        int count = bench.Count(full),
            held = 0;
        for (int i = 0; i < count; i++)
            held += judge.Holds(broken(judge.Models, judge.Honest.Length, i, count), mustRefuse) ? 1 : 0;
        return new(count, held, judge.Figure);
    }

    private static Outcome Hostile(Bench bench)
    {
        using var judge = new Judge(bench);
        (string Name, Func<byte[]> Zip, string Word)[] all = [.. judge.Models.Hostile(Math.Max(100, bench.Count(1 << 10)) << 20)];
        string[] broken = [.. all.Where(hostile => !judge.Holds(hostile.Zip(), mustRefuse: true)).Select(hostile => hostile.Name)];
        return new(all.Length, all.Length - broken.Length, broken.Length == 0 ? judge.Figure : string.Join(", ", broken));
    }

    /// <summary>
    /// Whether a file is refused, or scores as the honest one does; what Verify took for it; whether anything was left behind.
    /// </summary>
    private sealed class Judge : IDisposable
    {
        private readonly Bench _bench;
        private readonly string _zip;
        private readonly IReadOnlyList<float[]> _scores;
        private readonly IDataView _images;
        private double _slowest;
        private long _largest;
        private int _refused,
            _loaded;

        internal Judge(Bench bench)
        {
            (_bench, _zip, _images) = (bench, bench["model.zip"], bench.MLContext.Data.TakeRows(bench.Test, 10));
            using ImageClassificationTransformer model = bench.Fit();
            _scores = TinyImages.Scores(bench.MLContext, model, _images);
            Honest = bench.Zip(model);
            Models = new(Honest);
        }

        internal byte[] Honest { get; }

        internal BrokenModels Models { get; }

        internal string Figure =>
            $"{_refused} refused, {_loaded} loaded with the same scores; Verify took at most {_slowest:0} ms and {_largest / 1e6:0.0} MB";

        internal bool Holds(byte[] zip, bool mustRefuse)
        {
            File.WriteAllBytes(_zip, zip);
            return Verifies(mustRefuse) && Loads();
        }

        private bool Verifies(bool mustRefuse)
        {
            long start = Stopwatch.GetTimestamp(),
                allocated = GC.GetAllocatedBytesForCurrentThread(),
                resident = Environment.WorkingSet;
            bool refused = false,
                named = true;
            try
            {
                ModelFile.Verify(_zip);
            }
            catch (InvalidDataException fault)
            {
                (refused, named) = (
                    true,
                    fault.Message.StartsWith(_zip, StringComparison.Ordinal) && !fault.Message.Contains('\n', StringComparison.Ordinal)
                );
            }

            double milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            long memory = Math.Max(GC.GetAllocatedBytesForCurrentThread() - allocated, Environment.WorkingSet - resident);
            (_slowest, _largest, _refused) = (Math.Max(_slowest, milliseconds), Math.Max(_largest, memory), _refused + (refused ? 1 : 0));
            bool clean = !Directory.EnumerateFileSystemEntries(_bench.Temporary).Any();
            return named && clean && (refused || !mustRefuse) && milliseconds < 1000 && memory < 100e6;
        }

        private bool Loads()
        {
            ITransformer model;
            try
            {
                model = _bench.MLContext.Model.Load(_zip, out _);
            }
            catch (Exception)
            {
                // ML.NET leaves its folder to its finalizer where the zip cannot be opened.
                if (Directory.EnumerateFileSystemEntries(_bench.Temporary).Any())
                    Collect();
                return !Directory.EnumerateFileSystemEntries(_bench.Temporary).Any();
            }

            _loaded++;
            using (model as IDisposable)
            {
                IReadOnlyList<float[]> scores = TinyImages.Scores(_bench.MLContext, model, _images);
                return scores.Count == _scores.Count
                    && scores.Zip(_scores).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second))
                    && !Directory.EnumerateFileSystemEntries(_bench.Temporary).Any();
            }
        }

        private static void Collect()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        public void Dispose() => File.Delete(_zip);
    }
}
