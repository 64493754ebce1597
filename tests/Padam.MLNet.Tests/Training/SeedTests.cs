using Microsoft.ML;
using Padam.MLNet.Backbones;

namespace Padam.MLNet.Tests.Training;

[TestClass]
public sealed class SeedTests
{
    private readonly Row<uint, byte[]>[] _rows = Rows.Of(60);

    private IDataView Data => Rows.View(new MLContext(), _rows);

    [TestMethod]
    [DataRow("tiny")]
    [DataRow("vgg-small")]
    public void The_same_seed_gives_the_same_bytes_and_another_seed_other_bytes(string backbone)
    {
        ImageClassificationOptions Options(int seed)
        {
            ImageClassificationOptions options = TinyImages.Options(epochs: 1, seed);
            (options.Backbone, options.Augmentation) = (Backbone.Parse(backbone), new Augmentation(4, Flip: true));
            return options;
        }

        IDataView data = Rows.View(new MLContext(), _rows[..(backbone == "tiny" ? 60 : 20)]);
        string first = TinyImages.TrainedHash(new MLContext(), Options(3), data);

        Assert.AreEqual(first, TinyImages.TrainedHash(new MLContext(seed: 9), Options(3), data));
        Assert.AreNotEqual(first, TinyImages.TrainedHash(new MLContext(), Options(4), data));
    }

    [TestMethod]
    public void Dropout_draws_from_the_trainings_own_random_numbers()
    {
        IReadOnlyList<float[]> Scores(int callersSeed)
        {
            TorchSharp.torch.manual_seed(callersSeed).Dispose();
            ImageClassificationOptions options = TinyImages.Options(epochs: 1);
            (options.Backbone, options.Optimizer) = (Backbone.Parse("imagenet-vgg11"), new MLNet.Optimizers.SgdOptions());
            IDataView data = Rows.View(new MLContext(), _rows[..4]);
            using ImageClassificationTransformer model = new MLContext().Padam().ImageClassifier(options).Fit(data);
            return TinyImages.Scores(new MLContext(), model, data);
        }

        TinyImages.AreSame(Scores(1), Scores(2));
    }

    [TestMethod]
    public void Without_a_seed_of_its_own_a_training_takes_the_contexts()
    {
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        options.Seed = null;
        using ImageClassificationTransformer model = new MLContext(seed: 31).Padam().ImageClassifier(options).Fit(Data);

        Assert.AreEqual(31, model.Seed);
        Assert.AreEqual(TinyImages.TrainedHash(new MLContext(), TinyImages.Options(epochs: 1, seed: 31), Data), TinyImages.Hash(model));
    }

    [TestMethod]
    public void A_seed_that_had_to_be_drawn_is_recorded_in_model_and_log()
    {
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        options.Seed = null;
        List<string> log = [];
        var mlContext = new MLContext();
        mlContext.Log += (_, message) => log.Add(message.RawMessage);
        using ImageClassificationTransformer drawn = mlContext.Padam().ImageClassifier(options).Fit(Data),
            other = mlContext.Padam().ImageClassifier(options).Fit(Data);

        Assert.AreNotEqual(drawn.Seed, other.Seed);
        Assert.IsTrue(log.Any(line => line.Contains($"seed {drawn.Seed}.", StringComparison.Ordinal)));
        Assert.AreEqual(TinyImages.TrainedHash(mlContext, TinyImages.Options(epochs: 1, seed: drawn.Seed), Data), TinyImages.Hash(drawn));
    }

    [TestMethod]
    public void The_number_of_threads_changes_rounding_only()
    {
        var mlContext = new MLContext();
        IReadOnlyList<float[]> Scores(int threads)
        {
            ImageClassificationOptions options = TinyImages.Options();
            (options.Threads, int inTraining) = (threads, 0);
            options.ProgressCallback = _ => inTraining = TorchSharp.torch.get_num_threads();
            using ImageClassificationTransformer model = mlContext.Padam().ImageClassifier(options).Fit(Data);
            Assert.AreEqual(threads, inTraining);
            return TinyImages.Scores(mlContext, model, Data);
        }

        TinyImages.AreClose(Scores(1), Scores(2), 1e-3f);
    }

    [TestMethod]
    public void Two_trainings_side_by_side_give_what_each_gives_alone()
    {
        IDataView data = Data;
        string[] alone = [.. new[] { 1, 2 }.Select(Train)];

        for (int round = 0; round < 3; round++)
        {
            using var stop = new CancellationTokenSource();
            // Building any other network draws from the same generator.
            Task builder = Task.Run(() =>
            {
                while (!stop.IsCancellationRequested)
                    TinyImages.Backbone.Build(10).Dispose();
            });
            string[] together = Task.WhenAll(new[] { 1, 2 }.Select(seed => Task.Run(() => Train(seed)))).GetAwaiter().GetResult();
            stop.Cancel();
            builder.Wait();

            CollectionAssert.AreEqual(alone, together);
        }

        string Train(int seed) => TinyImages.TrainedHash(new MLContext(), TinyImages.Options(epochs: 2, seed), data);
    }
}
