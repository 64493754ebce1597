using Microsoft.ML;

namespace Padam.MLNet.Tests.Scoring;

/// <summary>
/// Scores of an image are those of the mean of its views' logits: computed here from a model that sees one view at a time.
/// </summary>
[TestClass]
public sealed class TestTimeAugmentationTests
{
    private const int Side = TinyImages.Side,
        Last = Side - 1;
    private readonly MLContext _mlContext = new();
    private readonly TemporaryFolder _folder = new();
    private readonly Row<uint, byte[]>[] _rows = Rows.Of(12, seed: 3);

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    public void Mirror_is_the_mean_of_an_image_and_its_mirror_image() =>
        Check(TestTimeAugmentation.Mirror, [(0.5, (y, x) => (y, x)), (0.5, (y, x) => (y, Last - x))]);

    [TestMethod]
    public void Mirror_and_shift_adds_the_image_moved_by_a_pixel_both_ways() =>
        Check(
            TestTimeAugmentation.MirrorAndShift,
            [
                (0.25, (y, x) => (y, x)),
                (0.25, (y, x) => (y, Last - x)),
                (0.125, (y, x) => (Reflected(y - 1), Reflected(x - 1))),
                (0.125, (y, x) => (Reflected(y - 1), Reflected(Last - x - 1))),
                (0.125, (y, x) => (Reflected(y + 1), Reflected(x + 1))),
                (0.125, (y, x) => (Reflected(y + 1), Reflected(Last - x + 1))),
            ]
        );

    [TestMethod]
    public void The_last_epoch_alone_is_measured_with_it_and_a_saved_model_scores_with_it()
    {
        List<double?> plain = [],
            augmented = [];
        using (Fit(TestTimeAugmentation.None, plain)) { }
        using ImageClassificationTransformer model = Fit(TestTimeAugmentation.Mirror, augmented);
        _mlContext.Model.Save(model, null, _folder["model.zip"]);
        ITransformer loaded = _mlContext.Model.Load(_folder["model.zip"], out _);

        Assert.AreEqual(plain[0], augmented[0]);
        Assert.AreNotEqual(plain[1], augmented[1]);
        Assert.AreEqual(augmented[1], _mlContext.MulticlassClassification.Evaluate(loaded.Transform(View(_rows))).LogLoss);
    }

    [TestMethod]
    public void A_checkpoint_of_another_choice_is_refused()
    {
        ImageClassificationOptions options = Options(TestTimeAugmentation.None);
        options.CheckpointFolder = _folder["checkpoint"];
        _mlContext.Padam().ImageClassifier(options).Fit(View(Rows.Of(40))).Dispose();
        (options.Resume, options.Inference) = (true, options.Inference with { TestTimeAugmentation = TestTimeAugmentation.Mirror });

        StringAssert.Contains(
            Assert
                .ThrowsExactly<InvalidOperationException>(() => _mlContext.Padam().ImageClassifier(options).Fit(View(Rows.Of(40))))
                .Message,
            "Inference.TestTimeAugmentation was not set and is Mirror"
        );
    }

    // The logarithms of probabilities are logits but for a constant, which the softmax takes away.
    private void Check(TestTimeAugmentation augmentation, (double Weight, Func<int, int, (int, int)> From)[] views)
    {
        using ImageClassificationTransformer one = Fit(TestTimeAugmentation.None, []),
            all = Fit(augmentation, []);
        Assert.AreEqual(TinyImages.Hash(one), TinyImages.Hash(all));
        double[][] logits = [.. _rows.Select(_ => new double[10])];
        foreach ((double weight, Func<int, int, (int, int)> from) in views)
        {
            IReadOnlyList<float[]> scores = TinyImages.Scores(_mlContext, one, View(_rows.Select(row => Moved(row, from))));
            for (int i = 0; i < _rows.Length; i++)
            for (int c = 0; c < 10; c++)
                logits[i][c] += weight * Math.Log(scores[i][c]);
        }

        TinyImages.AreClose([.. logits.Select(Softmax)], TinyImages.Scores(_mlContext, all, View(_rows)), 1e-5f);
    }

    private static float[] Softmax(double[] logits)
    {
        double sum = logits.Sum(Math.Exp);
        return [.. logits.Select(logit => (float)(Math.Exp(logit) / sum))];
    }

    private static int Reflected(int index) =>
        index < 0 ? -index
        : index > Last ? (2 * Last) - index
        : index;

    private static Row<uint, byte[]> Moved(Row<uint, byte[]> row, Func<int, int, (int Y, int X)> from)
    {
        byte[] moved = new byte[row.Features.Length];
        for (int c = 0; c < 3; c++)
        for (int y = 0; y < Side; y++)
        for (int x = 0; x < Side; x++)
        {
            (int fromY, int fromX) = from(y, x);
            moved[(((c * Side) + y) * Side) + x] = row.Features[(((c * Side) + fromY) * Side) + fromX];
        }

        return new() { Label = row.Label, Features = moved };
    }

    private ImageClassificationTransformer Fit(TestTimeAugmentation augmentation, List<double?> losses)
    {
        ImageClassificationOptions options = Options(augmentation);
        options.ValidationSet = View(_rows);
        options.MetricsCallback = metrics => losses.Add(metrics.ValidationLoss);
        return _mlContext.Padam().ImageClassifier(options).Fit(View(Rows.Of(40)));
    }

    private static ImageClassificationOptions Options(TestTimeAugmentation augmentation)
    {
        ImageClassificationOptions options = TinyImages.Options(epochs: 2);
        options.Inference = options.Inference with { TestTimeAugmentation = augmentation };
        return options;
    }

    private IDataView View(IEnumerable<Row<uint, byte[]>> rows) => Rows.View(_mlContext, rows);
}
