using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet.Backbones;

namespace Padam.MLNet.Tests.Scoring;

/// <summary>Images that ranks score together: on each rank the answers of one process, or a fault on all.</summary>
[TestClass]
public sealed class SharedScoresTests
{
    // So that a few rows are several batches.
    private const int BatchSize = 4;

    private static readonly MLContext MlContext = new(seed: 1);

    private static readonly ImageClassificationTransformer Model = Made("vgg-small");

    [ClassCleanup]
    public static void Dispose() => Model.Dispose();

    [TestMethod]
    [DataRow(2, 11)]
    [DataRow(2, 16)]
    [DataRow(3, 21)]
    [DataRow(4, 3)]
    [DataRow(2, 1)]
    [DataRow(2, 0)]
    public void Every_rank_has_every_row_with_the_answers_of_one_process_to_the_last_bit(int size, int rows)
    {
        IReadOnlyList<float[]> alone = TinyImages.Scores(MlContext, Model, View(rows));
        uint[] labels = [.. Model.Transform(View(rows)).GetColumn<uint>("PredictedLabel")];

        IDataView[] scored = ThreadRanks.Run(size, ranks => Model.Transform(View(rows), ranks));

        foreach (IDataView view in scored)
        {
            Assert.AreEqual(rows, view.GetRowCount());
            TinyImages.AreSame(alone, [.. view.GetColumn<float[]>("Score")]);
            CollectionAssert.AreEqual(labels, view.GetColumn<uint>("PredictedLabel").ToArray());
            CollectionAssert.AreEqual(
                View(rows).GetColumn<byte[]>("Features").Select(pixels => pixels[0]).ToArray(),
                view.GetColumn<byte[]>("Features").Select(pixels => pixels[0]).ToArray(),
                "beside the rows' own columns"
            );
        }
    }

    [TestMethod]
    public void An_evaluator_measures_on_each_rank_what_it_measures_in_one_process()
    {
        MulticlassClassificationMetrics alone = MlContext.MulticlassClassification.Evaluate(
            Model.Transform(View(37)),
            topKPredictionCount: 5
        );
        MulticlassClassificationMetrics[] shared = ThreadRanks.Run(
            3,
            ranks => MlContext.MulticlassClassification.Evaluate(Model.Transform(View(37), ranks), topKPredictionCount: 5)
        );
        foreach (MulticlassClassificationMetrics metrics in shared)
        {
            Assert.AreEqual(
                (alone.MicroAccuracy, alone.MacroAccuracy, alone.TopKAccuracy, alone.LogLoss),
                (metrics.MicroAccuracy, metrics.MacroAccuracy, metrics.TopKAccuracy, metrics.LogLoss)
            );
            Assert.AreEqual(alone.ConfusionMatrix.GetFormattedConfusionTable(), metrics.ConfusionMatrix.GetFormattedConfusionTable());
        }
    }

    [TestMethod]
    public void An_image_is_read_by_one_rank_alone()
    {
        CountedRow[][] rows = ThreadRanks.Run(
            2,
            ranks =>
            {
                CountedRow[] own = [.. Rows.Of(11).Select(row => new CountedRow { Label = row.Label, Features = row.Features })];
                Model.Transform(MlContext.Data.LoadFromEnumerable(own), ranks);
                return own;
            }
        );
        string[] read = [.. rows.Select(own => string.Join(' ', own.Select(row => row.Reads)))];
        CollectionAssert.AreEqual(new[] { "1 1 1 1 0 0 0 0 1 1 1", "0 0 0 0 1 1 1 1 0 0 0" }, read);
    }

    [TestMethod]
    public void Where_one_rank_cannot_read_its_rows_all_end_and_are_told_which()
    {
        Exception?[] faults = Faults(
            3,
            ranks => Model.Transform(Rows.View(MlContext, ranks.Rank == 1 ? Rows.Of(11).Select(Unreadable) : Rows.Of(11)), ranks)
        );

        Assert.IsExactInstanceOfType<IOException>(faults[1]);
        foreach (int rank in new[] { 0, 2 })
            Assert.AreEqual("Rank 1 of 3: the disk is gone", Assert.IsExactInstanceOfType<InvalidOperationException>(faults[rank]).Message);
    }

    [TestMethod]
    public void Ranks_that_have_other_rows_or_other_columns_are_refused_on_all()
    {
        string[] rows = Messages(2, ranks => Model.Transform(View(11 - ranks.Rank), ranks));
        StringAssert.Contains(rows[0], "Rank 1 of 2: The number of rows must be the same on all ranks: it is 10 here and 11 on the first.");
        StringAssert.StartsWith(rows[1], "The number of rows must be the same");

        string[] columns = Messages(
            2,
            ranks =>
                Model.Transform(ranks.Rank == 0 ? View(5) : MlContext.Data.LoadFromEnumerable(new[] { new TinyImages.Scored() }), ranks)
        );
        StringAssert.StartsWith(columns[0], "Rank 1 of 2: ");
        StringAssert.Contains(columns[1], "Features");
    }

    [TestMethod]
    public void Ranks_that_have_other_models_are_refused_before_an_image_is_read()
    {
        using ImageClassificationTransformer other = Made("airbench94");
        int reads = 0;
        IDataView counted = Rows.View(MlContext, Enumerable.Range(0, 1).SelectMany(_ => Read()));

        string[] messages = Messages(2, ranks => (ranks.Rank == 0 ? Model : other).Transform(counted, ranks));

        foreach (string message in messages)
            StringAssert.Contains(message, "The model's SHA-256 must be the same on all ranks");
        Assert.AreEqual(0, reads);

        Row<uint, byte[]>[] Read()
        {
            reads++;
            return Rows.Of(5);
        }
    }

    [TestMethod]
    public void A_fault_that_all_know_of_leaves_the_ranks_to_score_again()
    {
        bool[] failed = ThreadRanks.Run(
            2,
            ranks =>
            {
                Assert.Throws<InvalidOperationException>(() => Model.Transform(View(11 - ranks.Rank), ranks));
                Assert.HasCount(7, Model.Transform(View(7), ranks).GetColumn<float[]>("Score").ToArray());
                return ranks.HasFailed;
            }
        );
        CollectionAssert.AreEqual(new[] { false, false }, failed);
    }

    [TestMethod]
    public void Data_that_has_more_rows_when_they_are_read_again_is_refused()
    {
        string[] messages = Messages(
            2,
            ranks =>
            {
                int times = 0;
                IDataView grows = Rows.View(MlContext, Enumerable.Range(0, 1).SelectMany(_ => Rows.Of(times++ == 0 ? 5 : 6)));
                _ = Model.Transform(grows, ranks).GetColumn<float[]>("Score").Count();
            }
        );
        foreach (string message in messages)
            Assert.AreEqual("Row 5: the data before the scorer had 5 rows when they were scored.", message);
    }

    [TestMethod]
    public void One_rank_scores_while_the_result_is_read_as_a_process_by_itself()
    {
        using ImageClassificationTransformer model = Made("vgg-small");
        IDataView view = model.Transform(View(5), Communicator.Alone);
        TinyImages.AreSame(TinyImages.Scores(MlContext, model, View(5)), [.. view.GetColumn<float[]>("Score")]);
        model.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => view.GetRowCursor(view.Schema));
        Assert.ThrowsExactly<ArgumentNullException>(() => model.Transform(View(5), null!));
    }

    private static ImageClassificationTransformer Made(string backbone) =>
        MadeUpModel.Of(MlContext, Backbone.Parse(backbone), new(TinyImages.Side, TinyImages.Side), batchSize: BatchSize);

    private static IDataView View(int rows) => Rows.View(MlContext, Rows.Of(rows));

    private static Row<uint, byte[]> Unreadable(Row<uint, byte[]> row, int number) =>
        number == 6 ? throw new IOException("the disk is gone") : row;

    private static string[] Messages(int size, Action<Communicator> work) =>
        [.. Faults(size, work).Select(fault => fault?.Message ?? "no fault")];

    private static Exception?[] Faults(int size, Action<Communicator> work) =>
        ThreadRanks.Run(
            size,
            ranks =>
            {
                try
                {
                    work(ranks);
                    return null;
                }
                catch (Exception fault)
                {
                    return fault;
                }
            }
        );

    /// <summary>A row that knows how often its image was read.</summary>
    private sealed class CountedRow
    {
        private byte[] _features = [];

        [KeyType(10)]
        public uint Label { get; set; }

        [VectorType(3, TinyImages.Side, TinyImages.Side)]
        public byte[] Features
        {
            get
            {
                Reads++;
                return _features;
            }
            set => _features = value;
        }

        internal int Reads { get; private set; }
    }
}
