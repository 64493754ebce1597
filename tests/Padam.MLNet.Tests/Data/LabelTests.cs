using Microsoft.ML;
using Microsoft.ML.Data;

namespace Padam.MLNet.Tests.Data;

[TestClass]
public sealed class LabelTests
{
    private static readonly string[] Reversed = [.. TinyImages.Names.Reverse()];
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly Row<uint, byte[]>[] _rows = Rows.Of(100);

    [TestMethod]
    [DataRow(DataKind.Byte)]
    [DataRow(DataKind.UInt16)]
    [DataRow(DataKind.UInt64)]
    public void Keys_of_every_width_train_alike_and_evaluate(DataKind kind)
    {
        IDataView plain = Rows.View(_mlContext, _rows, values: TinyImages.Names);
        IDataView data = _mlContext.Transforms.Conversion.ConvertType("Label", outputKind: kind).Fit(plain).Transform(plain);

        using ImageClassificationTransformer model = _mlContext.Padam().ImageClassifier(TinyImages.Options()).Fit(data);

        Assert.AreEqual($"Key<{kind}, 0-9>", data.Schema["Label"].Type.ToString());
        Assert.AreEqual(TinyImages.TrainedHash(_mlContext, TinyImages.Options(), plain), TinyImages.Hash(model));
        Assert.AreEqual(10, _mlContext.MulticlassClassification.Evaluate(model.Transform(data)).ConfusionMatrix.NumberOfClasses);
    }

    [TestMethod]
    public void Key_values_come_back_in_their_own_type_also_from_a_saved_model()
    {
        Check(TinyImages.Names);
        Check(Enumerable.Range(0, 10).Select(i => (i * 100) - 300).ToArray());
        Check(Enumerable.Range(0, 10).Select(i => i * 0.1f).ToArray());
        Check(Enumerable.Range(0, 10).Select(i => ulong.MaxValue - (ulong)i).ToArray());

        void Check<T>(T[] values)
        {
            using var folder = new TemporaryFolder();
            IDataView data = Rows.View(_mlContext, _rows, values: values);
            var chain = _mlContext
                .Padam()
                .ImageClassifier(TinyImages.Options(epochs: 8))
                .Append(_mlContext.Transforms.Conversion.MapKeyToValue("Value", "PredictedLabel"))
                .Fit(data);
            _mlContext.Model.Save(chain, data.Schema, folder["model.zip"]);

            T[] predicted = [.. chain.Transform(data).GetColumn<T>("Value")];

            CollectionAssert.AreEqual(
                predicted,
                _mlContext.Model.Load(folder["model.zip"], out _).Transform(data).GetColumn<T>("Value").ToArray()
            );
            Assert.IsGreaterThan(90, predicted.Zip(_rows).Count(pair => pair.First!.Equals(values[pair.Second.Label])));
        }
    }

    [TestMethod]
    public void Keys_without_values_are_their_own_numbers()
    {
        IDataView data = Rows.View(_mlContext, _rows);
        using ImageClassificationTransformer model = _mlContext.Padam().ImageClassifier(TinyImages.Options(epochs: 8)).Fit(data);

        Assert.IsNull(model.ClassNames);
        uint[] predicted = [.. model.Transform(data).GetColumn<uint>("PredictedLabel")];
        Assert.IsGreaterThan(90, predicted.Zip(_rows).Count(pair => pair.First == pair.Second.Label + 1));
    }

    [TestMethod]
    public void Key_values_of_a_type_that_is_not_kept_are_not_promised_either()
    {
        IDataView data = Rows.View(_mlContext, Rows.Of(40, classes: 2), classes: 2, values: new[] { false, true });
        // Refused by the schema, before the training, not by the transform after it.
        int epochs = 0;
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        options.MetricsCallback = _ => epochs++;
        Assert.Throws<Exception>(() =>
            _mlContext.Padam().ImageClassifier(options).Append(_mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel")).Fit(data)
        );
        Assert.AreEqual(0, epochs);
        using ImageClassificationTransformer model = _mlContext.Padam().ImageClassifier(options).Fit(data);
        Assert.AreEqual(2, model.Classes);
    }

    [TestMethod]
    public void A_validation_set_may_number_its_classes_in_another_order()
    {
        ImageClassificationOptions Options(IDataView validation)
        {
            ImageClassificationOptions options = TinyImages.Options(epochs: 3);
            options.ValidationSet = validation;
            return options;
        }

        IDataView train = Rows.View(_mlContext, _rows, values: TinyImages.Names);
        Row<uint, byte[]>[] rows = Rows.Of(50, seed: 3);
        IDataView same = Rows.View(_mlContext, rows, values: TinyImages.Names);
        IDataView reversed = Rows.View(
            _mlContext,
            rows.Select(row => new Row<uint, byte[]> { Label = 9 - row.Label, Features = row.Features }),
            values: Reversed
        );

        Assert.AreEqual(ValidationLosses(Options(same), train), ValidationLosses(Options(reversed), train));
    }

    [TestMethod]
    public void A_class_that_only_the_validation_set_has_is_refused_by_name_and_row()
    {
        string[] names = [.. TinyImages.Names[..9], "zebra"];
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        options.ValidationSet = Rows.View(_mlContext, Rows.Of(40), values: names);

        var error = Assert.ThrowsExactly<InvalidDataException>(() =>
            TinyImages.TrainedHash(_mlContext, options, Rows.View(_mlContext, _rows, values: TinyImages.Names))
        );

        StringAssert.Contains(error.Message, "zebra");
        StringAssert.Contains(error.Message, "row 9");
        StringAssert.Contains(error.Message, "validation set");
        // A value that no row has does no harm.
        options.ValidationSet = Rows.View(_mlContext, Rows.Of(40).Where(row => row.Label < 9), values: names);
        Assert.IsNotNull(TinyImages.TrainedHash(_mlContext, options, Rows.View(_mlContext, _rows, values: TinyImages.Names)));
    }

    [TestMethod]
    public void A_validation_set_with_more_keys_and_no_values_is_refused()
    {
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        options.ValidationSet = Rows.View(_mlContext, Rows.Of(40), classes: 11);

        StringAssert.Contains(
            Assert
                .ThrowsExactly<InvalidDataException>(() => TinyImages.TrainedHash(_mlContext, options, Rows.View(_mlContext, _rows)))
                .Message,
            "11 keys"
        );
    }

    [TestMethod]
    public void A_missing_label_is_refused_by_row_and_the_remedy_works()
    {
        _rows[23].Label = 10;
        IDataView data = Rows.View(_mlContext, _rows);

        var error = Assert.ThrowsExactly<InvalidDataException>(() =>
            TinyImages.TrainedHash(_mlContext, TinyImages.Options(epochs: 1), data)
        );

        StringAssert.Contains(error.Message, "'Label', row 23");
        StringAssert.Contains(error.Message, "FilterRowsByMissingValues");
        IDataView filtered = _mlContext.Data.FilterRowsByMissingValues(data, "Label");
        Assert.AreEqual(99, filtered.GetColumn<uint>("Label").Count());
        Assert.IsNotNull(TinyImages.TrainedHash(_mlContext, TinyImages.Options(epochs: 1), filtered));
    }

    [TestMethod]
    public void A_fault_of_the_validation_set_says_so()
    {
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        Row<uint, byte[]>[] rows = Rows.Of(40);
        rows[4].Label = 10;
        string Refusal(IDataView validation)
        {
            options.ValidationSet = validation;
            return Assert.Throws<Exception>(() => TinyImages.TrainedHash(_mlContext, options, Rows.View(_mlContext, _rows))).Message;
        }

        string missing = Refusal(Rows.View(_mlContext, rows)),
            empty = Refusal(Rows.View(_mlContext, rows[..0])),
            column = Refusal(
                _mlContext.Transforms.DropColumns("Label").Fit(Rows.View(_mlContext, rows)).Transform(Rows.View(_mlContext, rows))
            );

        StringAssert.Contains(missing, "row 4");
        foreach (string message in new[] { missing, empty, column })
            StringAssert.Contains(message, "validation set");
    }

    [TestMethod]
    public void A_class_without_a_training_row_still_has_its_place_in_the_scores()
    {
        using ImageClassificationTransformer model = _mlContext
            .Padam()
            .ImageClassifier(TinyImages.Options(epochs: 8))
            .Fit(Rows.View(_mlContext, _rows.Where(row => row.Label != 3), values: TinyImages.Names));

        float[] mean =
        [
            .. TinyImages.Scores(_mlContext, model, Rows.View(_mlContext, _rows)).Aggregate((a, b) => [.. a.Zip(b, (x, y) => x + y)]),
        ];

        Assert.HasCount(10, mean);
        Assert.AreEqual(3, Array.IndexOf(mean, mean.Min()));
    }

    [TestMethod]
    public void Data_with_one_class_or_no_rows_cannot_be_trained_on()
    {
        string Refusal(IEnumerable<Row<uint, byte[]>> rows, int classes) =>
            Assert
                .ThrowsExactly<InvalidDataException>(() =>
                    TinyImages.TrainedHash(_mlContext, TinyImages.Options(epochs: 1), Rows.View(_mlContext, rows, classes))
                )
                .Message;

        StringAssert.Contains(Refusal(_rows.Where(row => row.Label == 0), 1), "one class only");
        StringAssert.Contains(Refusal(_rows.Where(row => row.Label == 1), 10), "same value of 'Label'");
        StringAssert.Contains(Refusal([], 10), "no rows");
    }

    private string ValidationLosses(ImageClassificationOptions options, IDataView train)
    {
        List<double?> seen = [];
        options.MetricsCallback = metrics =>
            seen.AddRange([metrics.ValidationLoss, metrics.ValidationAccuracy, metrics.ValidationTop5Accuracy]);
        TinyImages.TrainedHash(_mlContext, options, train);
        return string.Join(' ', seen);
    }
}
