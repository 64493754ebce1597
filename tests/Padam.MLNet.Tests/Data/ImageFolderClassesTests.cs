using Microsoft.ML;
using Microsoft.ML.Data;

namespace Padam.MLNet.Tests.Data;

/// <summary>Folders whose classes are said, so that a folder that lacks one counts its keys as the others do.</summary>
[TestClass]
public sealed class ImageFolderClassesTests
{
    private static readonly string[] Classes = ["bird", "cat", "dog"];
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly TemporaryFolder _folder = new();

    [TestInitialize]
    public void Write()
    {
        Pictures.WriteClasses(_folder["train"], Classes, each: 12, 32, 32);
        Pictures.WriteClasses(_folder["test"], Classes, each: 4, 32, 32, seed: 2);
    }

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    [DataRow(false, DisplayName = "missing")]
    [DataRow(true, DisplayName = "empty")]
    public void A_class_without_images_keeps_its_key(bool empty)
    {
        Directory.Delete(_folder["test/bird"], recursive: true);
        if (empty)
            Directory.CreateDirectory(_folder["test/bird"]);

        IDataView view = _mlContext.Padam().LoadImageFolder(_folder["test"], Classes);

        CollectionAssert.AreEqual(Classes, Names(view));
        CollectionAssert.AreEqual(new uint[] { 2, 2, 2, 2, 3, 3, 3, 3 }, view.GetColumn<uint>("Label").ToArray());
    }

    [TestMethod]
    public void Keys_follow_the_order_of_the_classes_that_are_said()
    {
        string[] order = ["dog", "bird", "cat"];

        IDataView view = _mlContext.Padam().LoadImageFolder(_folder["test"], order);

        CollectionAssert.AreEqual(order, Names(view));
        StringAssert.Contains(view.GetColumn<string>("ImagePath").First(), "dog");
        Assert.AreEqual(1u, view.GetColumn<uint>("Label").First());
    }

    [TestMethod]
    public void A_sub_folder_that_is_no_class_is_refused_by_name()
    {
        Pictures.WriteClasses(_folder["test"], ["horse"], each: 1, 32, 32);

        string message = Assert
            .ThrowsExactly<InvalidDataException>(() => _mlContext.Padam().LoadImageFolder(_folder["test"], Classes))
            .Message;

        StringAssert.Contains(message, "horse");
        StringAssert.Contains(message, "bird, cat, dog");
    }

    [TestMethod]
    public void Classes_twice_or_without_a_name_are_refused()
    {
        StringAssert.Contains(Refusal("cat", "dog", "cat"), "'cat' twice");
        StringAssert.Contains(Refusal("cat", ""), "empty");

        string Refusal(params string[] classes) =>
            Assert.ThrowsExactly<ArgumentException>(() => _mlContext.Padam().LoadImageFolder(_folder["test"], classes)).Message;
    }

    [TestMethod]
    public void Data_whose_keys_stand_for_other_classes_is_refused_with_the_remedy_that_then_tells_the_truth()
    {
        using ImageClassificationTransformer model = Train();
        Directory.Delete(_folder["test/bird"], recursive: true);

        string message = Assert
            .ThrowsExactly<ArgumentException>(() => model.Transform(_mlContext.Padam().LoadImageFolder(_folder["test"])))
            .Message;
        IDataView test = _mlContext.Padam().LoadImageFolder(_folder["test"], classes: model.ClassNames);

        StringAssert.Contains(message, "classes: model.ClassNames");
        StringAssert.Contains(message, "bird, cat, dog");
        Assert.AreEqual(1.0, _mlContext.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy);
    }

    [TestMethod]
    public void The_same_classes_in_another_order_are_refused_by_the_schema_the_view_and_the_engine()
    {
        using ImageClassificationTransformer model = Train();
        IDataView other = _mlContext.Padam().LoadImageFolder(_folder["test"], ["dog", "cat", "bird"]);

        Assert.ThrowsExactly<ArgumentException>(() => model.Transform(other));
        Assert.ThrowsExactly<ArgumentException>(() => model.GetOutputSchema(other.Schema));
        Assert.ThrowsExactly<ArgumentException>(() => ((ITransformer)model).GetRowToRowMapper(other.Schema));
    }

    [TestMethod]
    public void A_saved_model_still_knows_its_classes_and_label_column()
    {
        using (ImageClassificationTransformer model = Train())
            _mlContext.Model.Save(model, null, _folder["model.zip"]);
        ITransformer loaded = _mlContext.Model.Load(_folder["model.zip"], out _);

        Assert.ThrowsExactly<ArgumentException>(() =>
            loaded.Transform(_mlContext.Padam().LoadImageFolder(_folder["test"], ["dog", "cat", "bird"]))
        );
    }

    [TestMethod]
    public void A_label_that_is_missing_or_no_text_is_left_alone()
    {
        using ImageClassificationTransformer model = Train();
        IDataView test = _mlContext.Padam().LoadImageFolder(_folder["test"], ["dog", "cat", "bird"]);
        IDataView Without(string column) => _mlContext.Transforms.DropColumns(column).Fit(test).Transform(test);
        IDataView texts = _mlContext.Transforms.Conversion.MapKeyToValue("Label").Fit(test).Transform(test);
        IDataView renamed = _mlContext.Transforms.CopyColumns("Other", "Label").Fit(test).Transform(test);

        foreach (
            IDataView data in new[] { Without("Label"), texts, _mlContext.Transforms.DropColumns("Label").Fit(renamed).Transform(renamed) }
        )
            Assert.HasCount(12, model.Transform(data).GetColumn<float[]>("Score").ToArray());
    }

    private ImageClassificationTransformer Train()
    {
        ImageClassificationOptions options = TinyImages.Options(epochs: 20);
        options.FeatureColumnName = "Image";
        return _mlContext.Padam().ImageClassifier(options).Fit(_mlContext.Padam().LoadImageFolder(_folder["train"]));
    }

    private static string[] Names(IDataView view)
    {
        VBuffer<ReadOnlyMemory<char>> names = default;
        view.Schema["Label"].GetKeyValues(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }
}
