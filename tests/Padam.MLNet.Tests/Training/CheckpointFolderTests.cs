using Padam.MLNet.Optimizers;
using Padam.MLNet.Training;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Training;

/// <summary>What lies in a checkpoint's folder: of another training, in use, half written, damaged; and what writing it takes.</summary>
[TestClass]
public sealed class CheckpointFolderTests
{
    private readonly CheckpointedTraining _training = new();

    [TestCleanup]
    public void Delete() => _training.Dispose();

    [TestMethod]
    public void A_checkpoint_in_the_way_is_refused_unless_it_is_to_be_resumed()
    {
        _training.Fit(_training.Options("padam", [])).Dispose();
        ImageClassificationOptions options = _training.Options("padam", []);
        options.Resume = false;

        StringAssert.Contains(Assert.ThrowsExactly<IOException>(() => _training.Fit(options)).Message, "Set Resume");
    }

    [TestMethod]
    public void A_checkpoint_of_another_training_is_refused_with_what_differs()
    {
        _training.Fit(_training.Options("padam", [])).Dispose();
        ImageClassificationOptions options = _training.Options("padam", []);
        options.Optimizer = new PadamOptions { LearningRate = 0.05 };

        string message = Assert.ThrowsExactly<InvalidOperationException>(() => _training.Fit(options)).Message;

        StringAssert.Contains(message, "Optimizer was PadamOptions");
        StringAssert.Contains(message, "0.05");
    }

    [TestMethod]
    public void Writing_a_checkpoint_and_reading_its_optimizer_hold_no_copy_of_the_tensors_as_bytes()
    {
        const int numbers = 4 << 20;
        using var weight = new TorchSharp.Modules.Parameter(ones(numbers / 64, 64, 1, 1));
        using optim.Optimizer optimizer = new PadamOptions().Create([("weight", weight)]);
        string path = _training.Folder["big.zip"];
        CheckpointPosition position = new()
        {
            Settings = new Dictionary<string, string>(),
            Seed = 1,
            EpochsDone = 1,
            BatchesDone = 0,
            Sums = new RunningMetrics().Sums,
            Ended = false,
            Best = null,
        };
        long before = GC.GetAllocatedBytesForCurrentThread();

        Checkpoint.Write(
            path,
            position,
            [
                CheckpointEntries.Of(Checkpoint.Weights, [("weight", weight)]),
                CheckpointEntries.Of(optimizer),
                (Checkpoint.RandomState, stream => stream.Write(new byte[8])),
            ]
        );
        CheckpointEntries.Restore(optimizer, Checkpoint.Read(path));
        long taken = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.IsGreaterThan(4L * sizeof(float) * numbers, new FileInfo(path).Length);
        Assert.IsLessThan(sizeof(float) * numbers / 4, taken);
    }

    [TestMethod]
    public void What_a_killed_process_left_half_written_is_cleared_away_and_nothing_else_is()
    {
        ImageClassificationOptions options = _training.Options("padam", []);
        string folder = Directory.CreateDirectory(options.CheckpointFolder!).FullName;
        foreach (string name in new[] { "checkpoint.zip.1f.tmp", "mine.tmp" })
            File.WriteAllText(Path.Combine(folder, name), "");

        _training.Fit(options).Dispose();

        CollectionAssert.AreEquivalent(
            new[] { "checkpoint.zip", "lock", "mine.tmp" },
            Directory.GetFiles(folder).Select(Path.GetFileName).ToArray()
        );
    }

    [TestMethod]
    public void Cross_validation_over_the_checkpoints_of_another_is_refused_before_the_first_fold()
    {
        Directory.CreateDirectory(_training.Folder["checkpoint/fit2"]);
        File.WriteAllBytes(_training.Folder["checkpoint/fit2/checkpoint.zip"], [1]);
        ImageClassificationOptions options = _training.Options("padam", []);
        options.Resume = false;

        StringAssert.Contains(Assert.ThrowsExactly<IOException>(() => _training.Fit(options)).Message, "fit2");
    }

    [TestMethod]
    public void A_folder_in_use_by_another_training_is_refused()
    {
        ImageClassificationOptions outer = _training.Options("padam", []),
            inner = _training.Options("padam", []);
        outer.MetricsCallback = _ =>
            StringAssert.Contains(Assert.ThrowsExactly<IOException>(() => _training.Fit(inner)).Message, "Another training");

        _training.Fit(outer).Dispose();
    }

    [TestMethod]
    public void A_flipped_bit_anywhere_in_a_checkpoint_is_refused_or_harmless()
    {
        _training.Fit(_training.Options("padam", [])).Dispose();
        string file = Path.Combine(_training.Folder["checkpoint"], "checkpoint.zip");
        byte[] bytes = File.ReadAllBytes(file);
        using ImageClassificationTransformer expected = _training.Fit(_training.Options("padam", []));
        var random = new Random(3);
        for (int i = 0; i < 40; i++)
        {
            byte[] broken = [.. bytes];
            broken[random.Next(broken.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(file, broken);
            try
            {
                using ImageClassificationTransformer actual = _training.Fit(_training.Options("padam", []));
                CollectionAssert.AreEqual(_training.Weights(expected), _training.Weights(actual));
            }
            catch (InvalidDataException fault)
            {
                StringAssert.Contains(fault.Message, file);
            }
        }
    }
}
