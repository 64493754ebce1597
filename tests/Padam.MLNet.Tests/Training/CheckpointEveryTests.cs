using Microsoft.ML;
using Padam.MLNet.Training;

namespace Padam.MLNet.Tests.Training;

[TestClass]
public sealed class CheckpointEveryTests
{
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    [DataRow(1, "0 1 2 3 4 5")]
    [DataRow(2, "0 0 2 2 4 5")]
    [DataRow(3, "0 0 0 3 3 5")]
    [DataRow(9, "0 0 0 0 0 5")]
    public void A_checkpoint_is_written_after_so_many_epochs_and_after_the_last(int every, string epochsSaved)
    {
        List<int> saved = [];
        ImageClassificationOptions options = TinyImages.Options(epochs: 5);
        (options.CheckpointFolder, options.CheckpointEvery) = (_folder["checkpoint"], every);
        // An epoch's metrics are told before its checkpoint is written.
        options.MetricsCallback = _ => saved.Add(EpochsSaved());
        _mlContext.Padam().ImageClassifier(options).Fit(Rows.View(_mlContext, Rows.Of(40))).Dispose();

        Assert.AreEqual(epochsSaved, string.Join(' ', saved.Append(EpochsSaved())));
    }

    private int EpochsSaved() =>
        File.Exists(_folder["checkpoint", "checkpoint.zip"])
            ? Checkpoint.Read(_folder["checkpoint", "checkpoint.zip"]).Position.EpochsDone
            : 0;
}
