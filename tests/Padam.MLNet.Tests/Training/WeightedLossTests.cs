using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet.MLNetInternals;
using Padam.MLNet.Native;
using Padam.MLNet.Optimizers;
using Padam.MLNet.Persistence;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Training;

/// <summary>What rows and classes count for in the loss, and steps over several batches, against loops written here.</summary>
[TestClass]
public sealed class WeightedLossTests
{
    private const int Epochs = 3,
        Seed = 7;
    private readonly MLContext _mlContext = new();
    private readonly TemporaryFolder _folder = new();

    // Classes of 6, 3 and 3 images, one that has none, and what each image counts for.
    private readonly WeightedRow[] _rows = WeightedRow.Twelve(i => i < 6 ? 0u : (uint)(1 + (i % 2)));

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    public void A_weight_column_that_is_missing_is_refused_by_the_schema()
    {
        ImageClassificationOptions options = TinyImages.Options();
        options.ExampleWeightColumnName = "Wieght";
        var schema = new SchemaShape([
            SchemaShapeColumn.Of("Label", SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32, isKey: true),
            SchemaShapeColumn.Of("Features", SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Byte),
        ]);
        string message = Assert
            .Throws<ArgumentException>(() => new MLContext(seed: 1).Padam().ImageClassifier(options).GetOutputSchema(schema))
            .Message;
        StringAssert.Contains(message, "Example weight column 'Wieght' is not in the data");
    }

    [TestMethod]
    public void Example_weights() => Check(row => row.Weight, options => options.ExampleWeightColumnName = "Weight");

    [TestMethod]
    public void Given_class_weights() =>
        Check(row => new[] { 1, 3.5, 0, 2 }[row.Label], options => options.Loss = new() { ClassWeights = ClassWeights.Of(1, 3.5, 0, 2) });

    [TestMethod]
    public void Balanced_class_weights() =>
        Check(row => 12.0 / (4 * new[] { 6, 3, 3 }[row.Label]), options => options.Loss = new() { ClassWeights = ClassWeights.Balanced });

    [TestMethod]
    public void Both_with_smoothed_labels() =>
        Check(
            row => row.Weight * (12.0 / (4 * new[] { 6, 3, 3 }[row.Label])),
            options =>
                (options.ExampleWeightColumnName, options.Loss) = (
                    "Weight",
                    new() { ClassWeights = ClassWeights.Balanced, LabelSmoothing = 0.2 }
                )
        );

    [TestMethod]
    [DataRow(12, 1)]
    [DataRow(6, 2)]
    [DataRow(4, 3)]
    [DataRow(3, 4)]
    [DataRow(5, 7)]
    public void Batches_accumulated_are_one_of_so_many_times_the_size(int batchSize, int batches) =>
        Check(
            row => row.Weight,
            options =>
            {
                (options.ExampleWeightColumnName, options.BatchSize) = ("Weight", batchSize);
                options.Compute = new() { AccumulateBatches = batches };
                (options.KernelL2, options.GradientClipNorm) = (0.01, 0.5);
            }
        );

    [TestMethod]
    public void Unweighted_batches_accumulate_too_and_epochs_end_with_what_is_left()
    {
        // 12 images: steps of 5 and 5 and 2, or of 5 = 3 + 2, 5 = 3 + 2, 2.
        string Trained(int batchSize, int batches)
        {
            ImageClassificationOptions options = Options();
            (options.BatchSize, options.Compute) = (batchSize, new() { AccumulateBatches = batches });
            options.Epochs = 1;
            List<double> losses = [];
            options.MetricsCallback = metrics => losses.Add(metrics.Loss);
            using ImageClassificationTransformer model = _mlContext.Padam().ImageClassifier(options).Fit(View());
            return $"{losses[0]:F5} {string.Join(' ', Weights(model)["linear.bias"].data<float>().Select(value => $"{value:F5}"))}";
        }

        using DisposeScope scope = NewDisposeScope();
        Assert.AreEqual(Trained(8, 1), Trained(4, 2));
        Assert.AreEqual(Trained(12, 1), Trained(2, 100));
        Assert.AreNotEqual(Trained(8, 1), Trained(4, 1));
    }

    [TestMethod]
    public void Averages_schedules_and_checkpoints_count_steps_not_batches()
    {
        ImageClassificationOptions Accumulated(bool checkpointed)
        {
            ImageClassificationOptions options = Options();
            (options.BatchSize, options.Compute) = (2, new() { AccumulateBatches = 2 });
            options.Averaging = new Lookahead(2);
            options.Loss = new() { ClassWeights = ClassWeights.Balanced };
            options.Schedule = MLNet.Schedules.Schedule.Cosine(unit: MLNet.Schedules.ScheduleUnit.Step);
            options.Augmentation = new(2, Flip: true);
            if (checkpointed)
                (options.CheckpointFolder, options.Resume) = (_folder["checkpoint"], true);
            return options;
        }

        string expected = TinyImages.TrainedHash(_mlContext, Accumulated(false), View());
        foreach (int batch in new[] { 1, 3, 4 })
        {
            ImageClassificationOptions options = Accumulated(true).CancelledAfter(batch);
            Assert.ThrowsExactly<OperationCanceledException>(() => _mlContext.Padam().ImageClassifier(options).Fit(View()));
        }

        Assert.AreEqual(expected, TinyImages.TrainedHash(_mlContext, Accumulated(true), View()));
    }

    [TestMethod]
    public void Weights_that_cannot_be_are_refused()
    {
        ImageClassificationOptions options = Options();
        options.ExampleWeightColumnName = "Weight";
        _rows[3].Weight = -1;
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidDataException>(() => Fit(options)).Message,
            "Column 'Weight', row 3: the weight is -1"
        );
        foreach (WeightedRow row in _rows)
            row.Weight = 0;
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => Fit(options)).Message, "have the weight 0");
        options.ExampleWeightColumnName = "Wieght";
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Fit(options)).Message,
            "Example weight column 'Wieght' is not in the data"
        );
        options.ExampleWeightColumnName = "Label";
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Fit(options)).Message, "must be a Single");
        options.ExampleWeightColumnName = null;
        options.Loss = new() { ClassWeights = ClassWeights.Of(1, 2, 3) };
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => Fit(options)).Message,
            "there are 3 weights, and column 'Label' has 4 classes"
        );
    }

    [TestMethod]
    public void Class_weights_are_values()
    {
        Assert.AreEqual(ClassWeights.Of(1, 2.5), ClassWeights.Of([1, 2.5]));
        Assert.AreEqual(ClassWeights.Of(1, 2.5).GetHashCode(), ClassWeights.Of(1, 2.5).GetHashCode());
        Assert.AreNotEqual(ClassWeights.Of(1, 2.5), ClassWeights.Of(1, 2));
        Assert.AreNotEqual(ClassWeights.Of(1, 2.5), ClassWeights.Balanced);
        Assert.AreEqual("1 2.5", ClassWeights.Of(1, 2.5).ToString());
        Assert.AreEqual("balanced", ClassWeights.Balanced.ToString());
    }

    private void Check(Func<WeightedRow, double> weight, Action<ImageClassificationOptions> change)
    {
        List<double> losses = [];
        ImageClassificationOptions options = Options();
        change(options);
        options.MetricsCallback = metrics => losses.Add(metrics.Loss);
        using ImageClassificationTransformer model = Fit(options);
        using DisposeScope scope = NewDisposeScope();

        (double[] expectedLosses, Dictionary<string, Tensor> expected) = Loop(weight, options);

        Dictionary<string, Tensor> actual = Weights(model);
        foreach ((string name, Tensor tensor) in expected)
            Assert.IsLessThan(1e-4, (tensor - actual[name]).abs().max().ToDouble(), name);
        for (int epoch = 0; epoch < Epochs; epoch++)
            Assert.AreEqual(expectedLosses[epoch], losses[epoch], 1e-4, $"epoch {epoch + 1}");
    }

    // A number that is converted in passing may be collected while libtorch reads it.
    private static Tensor Times(double factor, Tensor tensor)
    {
        using Scalar held = Scalars.Of(factor);
        return tensor.mul(held);
    }

    private (double[] Losses, Dictionary<string, Tensor> State) Loop(Func<WeightedRow, double> weight, ImageClassificationOptions options)
    {
        random.manual_seed(Seed);
        nn.Module<Tensor, Tensor> network = PooledLinear.Backbone.Build(WeightedRow.Classes);
        Parameter[] parameters = [.. network.parameters()];
        Tensor images = PooledLinear.Normalized(_rows);
        optim.Optimizer optimizer = options.Optimizer.Create(network.named_parameters());
        double[] losses = new double[Epochs];
        for (int epoch = 0; epoch < Epochs; epoch++)
        {
            Tensor logarithms = nn.functional.log_softmax(network.forward(images), 1);
            Tensor sum = zeros(1);
            double total = 0;
            for (int i = 0; i < _rows.Length; i++)
            {
                Tensor own = Times(options.LabelSmoothing - 1, logarithms[i, (long)_rows[i].Label])
                    .add(Times(-options.LabelSmoothing, logarithms[i].mean()), Scalars.One);
                sum = sum.add(Times(weight(_rows[i]), own), Scalars.One);
                total += weight(_rows[i]);
            }

            Tensor loss = Times(1 / total, sum);
            foreach (Parameter kernel in parameters.Where(parameter => parameter.dim() > 1))
                loss = loss.add(Times(options.KernelL2, kernel.square().sum()), Scalars.One);
            optimizer.zero_grad();
            loss.backward();
            if (options.GradientClipNorm is { } norm)
                nn.utils.clip_grad_norm_(parameters, norm);
            optimizer.step();
            losses[epoch] = loss.ToDouble();
        }

        return (losses, network.state_dict());
    }

    private static ImageClassificationOptions Options() =>
        new()
        {
            Backbone = PooledLinear.Backbone,
            Optimizer = new SgdOptions { LearningRate = 0.05, WeightDecay = 0 },
            Epochs = Epochs,
            BatchSize = 100,
            Seed = Seed,
            Normalization = PooledLinear.Scale,
        };

    private ImageClassificationTransformer Fit(ImageClassificationOptions options) =>
        _mlContext.Padam().ImageClassifier(options).Fit(View());

    private IDataView View() => WeightedRow.View(_mlContext, _rows);

    private Dictionary<string, Tensor> Weights(ImageClassificationTransformer model)
    {
        string file = _folder[$"{Guid.NewGuid():N}"];
        model.SaveWeights(file, WeightsFormat.Safetensors);
        return Safetensors.Read(file).ToDictionary(entry => entry.Name, entry => entry.Tensor);
    }
}
