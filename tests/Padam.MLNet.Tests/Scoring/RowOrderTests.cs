using Microsoft.ML;
using Microsoft.ML.Data;

namespace Padam.MLNet.Tests.Scoring;

/// <summary>Scores belong to their rows, whatever is done to the rows before and after, or the fault is told.</summary>
[TestClass]
public sealed class RowOrderTests
{
    private readonly MLContext _mlContext = new();
    private readonly Row<uint, byte[]>[] _rows = Rows.Of(50);
    private ImageClassificationTransformer _model = null!;
    private IReadOnlyList<float[]> _scores = null!;

    private IDataView Data => Rows.View(_mlContext, _rows);

    [TestInitialize]
    public void Fit()
    {
        _model = _mlContext.Padam().ImageClassifier(TinyImages.Options(epochs: 1)).Fit(Data);
        _scores = TinyImages.Scores(_mlContext, _model, Data);
    }

    [TestCleanup]
    public void Dispose() => _model.Dispose();

    [TestMethod]
    [DataRow(5)]
    [DataRow(null)]
    public void A_shuffle_carries_the_scores_along(int? seed)
    {
        IDataView shuffled = _model.Transform(_mlContext.Data.ShuffleRows(Data, seed));

        Belong(shuffled);
        CollectionAssert.AreNotEqual(
            _rows.Select(row => row.Features[0]).ToArray(),
            shuffled.GetColumn<byte[]>("Features").Select(pixels => pixels[0]).ToArray()
        );
    }

    [TestMethod]
    public void An_enumerable_that_yields_another_order_each_time_is_refused()
    {
        var random = new Random(3);
        IDataView data = Rows.View(_mlContext, Enumerable.Range(0, 1).SelectMany(_ => _rows.OrderBy(_ => random.Next())));

        string message = Assert.ThrowsExactly<InvalidOperationException>(() => ReadAll(_model.Transform(data))).Message;

        StringAssert.Contains(message, "another order");
        StringAssert.Contains(message, "LoadFromEnumerable");
        // One column alone is whole in itself.
        Assert.AreEqual(50, _model.Transform(data).GetColumn<float[]>("Score").Count());
        Belong(
            _model.Transform(
                Rows.View(
                    _mlContext,
                    _mlContext
                        .Data.CreateEnumerable<Row<uint, byte[]>>(data, reuseRowObject: false, schemaDefinition: Definition())
                        .ToList()
                )
            )
        );
    }

    [TestMethod]
    public void An_enumerable_that_ends_sooner_the_second_time_is_refused()
    {
        int reads = 0;
        IDataView data = Rows.View(_mlContext, Enumerable.Range(0, 1).SelectMany(_ => _rows.Take(++reads == 2 ? 20 : 50)));

        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => ReadAll(_model.Transform(data))).Message, "fewer rows");
    }

    [TestMethod]
    public void Filters_caches_and_columns_read_in_any_order_keep_rows_together()
    {
        Belong(_model.Transform(_mlContext.Data.FilterByCustomPredicate(Data, (Row<uint, byte[]> row) => row.Features[0] % 3 == 0)));
        Belong(_mlContext.Data.Cache(_model.Transform(Data)));
        Belong(_mlContext.Data.TakeRows(_mlContext.Data.SkipRows(_model.Transform(Data), 17), 20));
        Belong(_mlContext.Data.ShuffleRows(_model.Transform(Data), seed: 2));
    }

    [TestMethod]
    public void The_network_does_not_run_where_no_score_is_read()
    {
        _model.Dispose();
        _model = _mlContext.Padam().ImageClassifier(TinyImages.Options(epochs: 1)).Fit(Data);
        IDataView view = _model.Transform(Data);
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        _model.Dispose();

        int rows = 0;
        while (cursor.MoveNext())
            rows++;

        Assert.AreEqual(50, rows, "a disposed network was not asked");
    }

    [TestMethod]
    public void A_column_that_was_not_asked_for_cannot_be_read()
    {
        IDataView view = _model.Transform(Data);
        using DataViewRowCursor cursor = view.GetRowCursor([view.Schema["Label"]]);

        Assert.ThrowsExactly<InvalidOperationException>(() => cursor.GetGetter<VBuffer<float>>(view.Schema["Score"]));
        Assert.ThrowsExactly<InvalidOperationException>(() => cursor.GetGetter<VBuffer<byte>>(view.Schema["Features"]));
        Assert.IsFalse(cursor.IsColumnActive(view.Schema["Features"]));
    }

    [TestMethod]
    public void Two_classifiers_in_one_chain_both_score()
    {
        ImageClassificationOptions other = TinyImages.Options(epochs: 1, seed: 99);
        (other.ScoreColumnName, other.PredictedLabelColumnName) = ("Score2", "Predicted2");
        using ImageClassificationTransformer second = _mlContext.Padam().ImageClassifier(other).Fit(Data);

        IDataView both = second.Transform(_model.Transform(Data));

        Belong(both);
        TinyImages.AreSame([.. second.Transform(Data).GetColumn<float[]>("Score2")], [.. both.GetColumn<float[]>("Score2")]);
        Assert.IsGreaterThan(
            0,
            _mlContext.MulticlassClassification.Evaluate(both, scoreColumnName: "Score2", predictedLabelColumnName: "Predicted2").LogLoss
        );
    }

    // Each row's score is that of its image, found by the image.
    private void Belong(IDataView scored)
    {
        Dictionary<string, float[]> expected = _rows
            .Zip(_scores)
            .ToDictionary(pair => Convert.ToHexString(pair.First.Features), pair => pair.Second);
        byte[][] images = [.. scored.GetColumn<byte[]>("Features")];
        List<float[]> scores = ReadAll(scored);
        Assert.HasCount(images.Length, scores);
        Assert.IsGreaterThan(5, images.Length);
        for (int i = 0; i < images.Length; i++)
        {
            float[] of = expected[Convert.ToHexString(images[i])];
            // Another batch, another rounding.
            for (int c = 0; c < of.Length; c++)
                Assert.AreEqual(of[c], scores[i][c], 1e-5f);
        }
    }

    private static List<float[]> ReadAll(IDataView scored)
    {
        using DataViewRowCursor cursor = scored.GetRowCursor(scored.Schema);
        ValueGetter<VBuffer<float>> getter = cursor.GetGetter<VBuffer<float>>(scored.Schema["Score"]);
        List<float[]> scores = [];
        VBuffer<float> score = default;
        while (cursor.MoveNext())
        {
            getter(ref score);
            scores.Add([.. score.DenseValues()]);
        }

        return scores;
    }

    private SchemaDefinition Definition()
    {
        var schema = SchemaDefinition.Create(typeof(Row<uint, byte[]>));
        foreach (SchemaDefinition.Column column in schema)
            column.ColumnType = Data.Schema[column.ColumnName].Type;
        return schema;
    }
}
