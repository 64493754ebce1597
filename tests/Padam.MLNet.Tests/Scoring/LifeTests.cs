using Microsoft.ML;
using Microsoft.ML.Data;
using TorchSharp;

namespace Padam.MLNet.Tests.Scoring;

[TestClass]
public sealed class LifeTests
{
    private readonly MLContext _mlContext = new();
    private readonly IDataView _data;

    public LifeTests() => _data = Rows.View(_mlContext, Rows.Of(40));

    [TestMethod]
    public void Twenty_trainings_and_two_hundred_predictions_leave_no_tensor()
    {
        LiveTensors.AreNotLeftBy(
            () =>
            {
                for (int i = 0; i < 20; i++)
                {
                    using ImageClassificationTransformer model = Fit();
                    Predict(model, 10);
                    TinyImages.Scores(_mlContext, model, _data);
                }
            },
            networks: 20
        );
    }

    [TestMethod]
    public void Predictions_leave_no_tensor_while_the_model_lives()
    {
        using ImageClassificationTransformer model = Fit();

        LiveTensors.AreNotLeftBy(() => Predict(model, 200), networks: 0);
    }

    [TestMethod]
    public void Saving_and_loading_leaves_no_tensor()
    {
        using var folder = new TemporaryFolder();
        LiveTensors.AreNotLeftBy(
            () =>
            {
                using ImageClassificationTransformer model = Fit();
                _mlContext.Model.Save(model, _data.Schema, folder["model.zip"]);
                ((IDisposable)_mlContext.Model.Load(folder["model.zip"], out _)).Dispose();
            },
            networks: 2
        );
    }

    [TestMethod]
    public void A_training_inside_a_dispose_scope_of_the_callers_outlives_it()
    {
        ImageClassificationTransformer model;
        using (torch.NewDisposeScope())
            model = Fit();

        using (model)
            Assert.HasCount(40, TinyImages.Scores(_mlContext, model, _data));
    }

    [TestMethod]
    public void A_model_may_be_disposed_twice_and_not_be_used_afterwards()
    {
        ImageClassificationTransformer model = Fit();
        IDataView view = model.Transform(_data);
        using DataViewRowCursor cursor = view.GetRowCursor([view.Schema["Score"]]);
        Assert.IsTrue(cursor.MoveNext());
        ValueGetter<VBuffer<float>> score = cursor.GetGetter<VBuffer<float>>(view.Schema["Score"]);
        var engine = _mlContext.Model.CreatePredictionEngine<Row<uint, byte[]>, TinyImages.Scored>(
            model,
            ignoreMissingColumns: true,
            inputSchemaDefinition: Definition()
        );
        using var folder = new TemporaryFolder();

        model.Dispose();
        model.Dispose();

        VBuffer<float> buffer = default;
        Assert.ThrowsExactly<ObjectDisposedException>(() => model.Transform(_data));
        Assert.ThrowsExactly<ObjectDisposedException>(() => view.GetRowCursor(view.Schema));
        Assert.ThrowsExactly<ObjectDisposedException>(() => score(ref buffer));
        Assert.ThrowsExactly<ObjectDisposedException>(() => engine.Predict(Rows.Of(1)[0]));
        Assert.ThrowsExactly<ObjectDisposedException>(() => model.SaveWeights(folder["weights"], WeightsFormat.Safetensors));
        Assert.IsTrue(
            Exceptions(() => _mlContext.Model.Save(model, _data.Schema, folder["model.zip"])).Any(error => error is ObjectDisposedException)
        );
        Assert.AreEqual("tiny", model.BackboneName, "what is known of it stays known");
    }

    [TestMethod]
    public void Disposing_while_four_threads_score_gives_right_answers_or_says_so()
    {
        for (int round = 0; round < 5; round++)
        {
            ImageClassificationTransformer model = Fit();
            IReadOnlyList<float[]> expected = TinyImages.Scores(_mlContext, model, _data);
            using var started = new CountdownEvent(4);
            Task<int>[] threads =
            [
                .. Enumerable
                    .Range(0, 4)
                    .Select(_ =>
                        Task.Factory.StartNew(
                            () =>
                            {
                                IDataView view = model.Transform(_data);
                                for (int passes = 0; ; passes++)
                                {
                                    if (passes == 1)
                                        started.Signal();
                                    try
                                    {
                                        TinyImages.AreSame(expected, [.. view.GetColumn<float[]>("Score")]);
                                    }
                                    catch (ObjectDisposedException)
                                    {
                                        if (passes == 0)
                                            started.Signal();
                                        return passes;
                                    }
                                }
                            },
                            TaskCreationOptions.LongRunning
                        )
                    ),
            ];
            started.Wait();

            model.Dispose();

            // Whatever else a thread may have thrown comes out here.
            Assert.IsTrue(Task.WhenAll(threads).GetAwaiter().GetResult().All(passes => passes >= 1));
        }
    }

    [TestMethod]
    public void Four_threads_with_engines_of_their_own_or_one_transformer_give_identical_scores()
    {
        using ImageClassificationTransformer model = Fit();
        Row<uint, byte[]>[] rows = Rows.Of(40);
        float[][] single = Predict(model, 40);
        IReadOnlyList<float[]> batched = TinyImages.Scores(_mlContext, model, _data);

        Task.WhenAll(
                Enumerable
                    .Range(0, 4)
                    .Select(_ =>
                        Task.Run(() =>
                        {
                            for (int pass = 0; pass < 5; pass++)
                            {
                                TinyImages.AreSame(single, Predict(model, 40));
                                TinyImages.AreSame(batched, [.. model.Transform(_data).GetColumn<float[]>("Score")]);
                            }
                        })
                    )
            )
            .GetAwaiter()
            .GetResult();
    }

    private ImageClassificationTransformer Fit() => _mlContext.Padam().ImageClassifier(TinyImages.Options(epochs: 1)).Fit(_data);

    private float[][] Predict(ImageClassificationTransformer model, int count)
    {
        var engine = _mlContext.Model.CreatePredictionEngine<Row<uint, byte[]>, TinyImages.Scored>(
            model,
            ignoreMissingColumns: true,
            inputSchemaDefinition: Definition()
        );
        Row<uint, byte[]>[] rows = Rows.Of(40);
        return [.. Enumerable.Range(0, count).Select(i => engine.Predict(rows[i % rows.Length]).Score)];
    }

    private SchemaDefinition Definition()
    {
        var schema = SchemaDefinition.Create(typeof(Row<uint, byte[]>));
        foreach (SchemaDefinition.Column column in schema)
            column.ColumnType = _data.Schema[column.ColumnName].Type;
        return schema;
    }

    private static IEnumerable<Exception> Exceptions(Action action)
    {
        for (Exception? error = Assert.Throws<Exception>(action); error is not null; error = error.InnerException)
            yield return error;
    }
}
