using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Padam.MLNet.Training;

namespace Padam.MLNet.Tests.Training;

/// <summary>Resuming with every trick switched on that goes with the others.</summary>
[TestClass]
public sealed class EverythingOnTests
{
    private const int Epochs = 4;
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    [DataRow(true, false, DisplayName = "a padded crop, Lookahead, Padam")]
    [DataRow(false, false, DisplayName = "a resized crop, an average, the best epoch kept")]
    [DataRow(true, true, DisplayName = "a padded crop, Lookahead, Padam; the way of a GPU")]
    [DataRow(false, true, DisplayName = "a resized crop, an average, the best epoch kept; the way of a GPU")]
    public void A_training_cancelled_in_mid_epoch_and_resumed_ends_with_the_same_bytes_and_metrics(bool padded, bool onDevice)
    {
        List<string> straight = [],
            resumed = [];
        string expected = Trained(Options(checkpoints: null, straight));

        // Two batches are a step; each of these is in another epoch.
        foreach (int batch in new[] { 3, 8, 24, 12 })
        {
            ImageClassificationOptions options = Options(_folder["checkpoint"], resumed).CancelledAfter(batch);
            Assert.ThrowsExactly<OperationCanceledException>(() => Trained(options));
        }

        Assert.AreEqual(expected, Trained(Options(_folder["checkpoint"], resumed)));
        CollectionAssert.AreEqual(straight, resumed);
        Assert.HasCount(Epochs, straight);

        ImageClassificationOptions Options(string? checkpoints, List<string> seen)
        {
            ImageClassificationOptions options = EverythingOn.Options(padded, checkpoints, Epochs);
            options.Compute = options.Compute with { AsOnDevice = onDevice };
            return Seen(options, seen);
        }
    }

    // tests/Padam.Reliability does it twenty times.
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void A_process_killed_at_any_moment_and_resumed_ends_with_the_same_bytes(bool padded)
    {
        const int epochs = 16;
        string expected = Trained(EverythingOn.Options(padded, checkpoints: null, epochs)),
            checkpoint = _folder["killed/checkpoint.zip"];
        var random = new Random(5);
        for (int kill = 0; kill < 2; kill++)
        {
            DateTime before = File.GetLastWriteTimeUtc(checkpoint);
            using Process child = FreshProcess.Start("train-everything", _folder["killed"], $"{padded}", $"{epochs}", _folder["last"]);
            while (!child.HasExited && File.GetLastWriteTimeUtc(checkpoint) == before && !File.Exists(_folder["last"]))
                Thread.Sleep(1);
            // Wherever it is by then: it never ends by itself.
            Thread.Sleep(random.Next(20));
            if (child.HasExited)
                Assert.Fail($"It ended by itself: {child.StandardError.ReadToEnd()}");
            child.Kill();
            child.WaitForExit();
            // Throws where it is not whole.
            Checkpoint.Read(checkpoint);
        }

        List<string> rest = [];
        Assert.AreEqual(expected, Trained(Seen(EverythingOn.Options(padded, _folder["killed"], epochs), rest)));
        Assert.IsLessThan(epochs, rest.Count);
    }

    private string Trained(ImageClassificationOptions options) =>
        TinyImages.TrainedHash(_mlContext, options, EverythingOn.View(_mlContext));

    private static ImageClassificationOptions Seen(ImageClassificationOptions options, List<string> seen)
    {
        options.MetricsCallback = metrics =>
            seen.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{metrics.Epoch} {metrics.Loss:R} {metrics.Accuracy:R} {metrics.MacroAccuracy:R} {metrics.ValidationLoss:R} "
                        + $"{metrics.ValidationAccuracy:R} {metrics.ValidationMacroF1:R} {metrics.LearningRate:R} {metrics.Partial:R}"
                )
            );
        return options;
    }
}
