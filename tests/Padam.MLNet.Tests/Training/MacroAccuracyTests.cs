using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet.Training;

namespace Padam.MLNet.Tests.Training;

/// <summary>900 cats and 100 dogs: what an accuracy of 90 % hides.</summary>
[TestClass]
public sealed class MacroAccuracyTests
{
    private readonly MLContext _mlContext = new();
    private readonly List<string> _log = [],
        _warnings = [];

    [TestInitialize]
    public void Listen() =>
        _mlContext.Log += (_, entry) =>
            (entry.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning ? _warnings : _log).Add(entry.RawMessage);

    [TestMethod]
    public void Answering_with_the_largest_class_alone_has_half_of_two()
    {
        var metrics = new RunningMetrics();
        for (int i = 0; i < 1000; i++)
            metrics.Add([0.9f, 0.1f, 0], i < 900 ? 0 : 1);

        Assert.AreEqual(0.9, metrics.Accuracy);
        Assert.AreEqual(0.5, metrics.MacroAccuracy, "a class without images does not count");
        CollectionAssert.AreEqual(new[] { 1 }, metrics.NeverPredicted.ToArray());
        // Precision 0.9, recall 1; and none.
        Assert.AreEqual((2 * 0.9 / 1.9) / 2, metrics.MacroF1, 1e-12);
    }

    [TestMethod]
    public void F1_of_three_classes_is_scikit_learns()
    {
        var metrics = new RunningMetrics();
        (int Label, int Answer)[] rows = [(0, 0), (0, 0), (0, 1), (1, 1), (1, 3), (2, 0)];
        foreach ((int label, int answer) in rows)
            metrics.Add([.. Enumerable.Range(0, 5).Select(c => c == answer ? 0.6f : 0.1f)], label);

        // f1_score([0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 3, 0], average="macro"): the mean of 2/3, 1/2, 0 and 0.
        Assert.AreEqual(0.29166666666666663, metrics.MacroF1, 1e-12);
    }

    [TestMethod]
    public void It_is_ML_NETs_own_to_the_last_digit_that_matters_and_stands_in_the_log()
    {
        EpochMetrics? last = null;
        ImageClassificationOptions options = Unbalanced(epochs: 2, metrics => last = metrics);
        using ImageClassificationTransformer model = Fit(options);

        MulticlassClassificationMetrics evaluated = _mlContext.MulticlassClassification.Evaluate(model.Transform(options.ValidationSet!));

        Assert.AreEqual(evaluated.MacroAccuracy, last!.ValidationMacroAccuracy!.Value, 1e-12);
        Assert.AreNotEqual(last.ValidationAccuracy, last.ValidationMacroAccuracy);
        Assert.IsTrue(last.MacroAccuracy is > 0 and <= 1);
        string line = _log.Single(message => message.StartsWith("Epoch 2/2", StringComparison.Ordinal));
        StringAssert.Contains(line, FormattableString.Invariant($"(macro {last.MacroAccuracy:0.0000})"));
        StringAssert.Contains(line, FormattableString.Invariant($"(macro {last.ValidationMacroAccuracy:0.0000})"));
    }

    [TestMethod]
    [DataRow(false, DisplayName = "the last epoch's model")]
    [DataRow(true, DisplayName = "the best epoch's model")]
    public void Classes_that_the_model_never_answers_are_warned_of_by_name(bool best)
    {
        ImageClassificationOptions options = Unbalanced(epochs: 2, _ => { });
        options.RestoreBestWeights = best;
        using ImageClassificationTransformer model = Fit(options);
        HashSet<uint> answered = [.. model.Transform(options.ValidationSet!).GetColumn<uint>("PredictedLabel")];
        string[] never = [.. TinyImages.Names.Where((_, c) => c < 3 && !answered.Contains((uint)c + 1))];

        Assert.IsNotEmpty(never, "the case that this test is about");
        string warning = _warnings.Single(line => line.Contains("Never once the answer", StringComparison.Ordinal));
        StringAssert.Contains(warning, string.Join(", ", never.Select(name => $"'{name}'")));
        StringAssert.Contains(warning, "validation set");
    }

    [TestMethod]
    public void A_model_that_answers_every_class_is_not_warned_of()
    {
        ImageClassificationOptions options = TinyImages.Options(epochs: 8);
        options.ValidationSet = Rows.View(_mlContext, Rows.Of(50, seed: 8));
        using ImageClassificationTransformer model = _mlContext.Padam().ImageClassifier(options).Fit(Rows.View(_mlContext, Rows.Of(200)));

        Assert.IsEmpty(_warnings);
    }

    private ImageClassificationOptions Unbalanced(int epochs, Action<EpochMetrics> callback)
    {
        ImageClassificationOptions options = TinyImages.Options(epochs);
        options.Optimizer = new MLNet.Optimizers.AdamOptions { LearningRate = 0.002 };
        options.ValidationSet = View(seed: 8);
        options.MetricsCallback = callback;
        return options;
    }

    private ImageClassificationTransformer Fit(ImageClassificationOptions options) =>
        _mlContext.Padam().ImageClassifier(options).Fit(View(seed: 1));

    // Of three classes, nearly all of the first.
    private IDataView View(int seed) =>
        Rows.View(_mlContext, Rows.Of(120, classes: 3, seed).Where((row, i) => row.Label == 0 || i < 24), values: TinyImages.Names);
}
