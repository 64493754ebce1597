using Microsoft.ML;
using Microsoft.ML.Data;

namespace Padam.MLNet.Tests.Data;

[TestClass]
public sealed class ImageFolderTests
{
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    public void Rows_come_in_the_order_of_classes_and_paths_whatever_the_depth_and_case()
    {
        string[] paths =
        [
            Save("dog/2.PNG", 2),
            Save("cat/b.png", 3),
            Save("dog/1.jpg", 1),
            Save("cat/a/deep.png", 4),
            Save("Zebra/z.bmp.png", 5),
        ];
        File.WriteAllText(_folder["dog/readme.txt"], "no image");
        Directory.CreateDirectory(_folder["empty"]);

        IDataView view = _mlContext.Padam().LoadImageFolder(_folder.Path);

        CollectionAssert.AreEqual(
            new[] { paths[4], paths[3], paths[1], paths[2], paths[0] },
            view.GetColumn<string>("ImagePath").ToArray()
        );
        CollectionAssert.AreEqual(new uint[] { 1, 2, 2, 3, 3 }, view.GetColumn<uint>("Label").ToArray());
        VBuffer<ReadOnlyMemory<char>> names = default;
        view.Schema["Label"].GetKeyValues(ref names);
        CollectionAssert.AreEqual(new[] { "Zebra", "cat", "dog" }, names.DenseValues().Select(name => name.ToString()).ToArray());
        Assert.AreEqual(5, view.GetRowCount());
    }

    [TestMethod]
    public void A_shuffled_folder_keeps_path_label_and_image_together()
    {
        for (int i = 0; i < 12; i++)
            Save($"{(char)('a' + (i % 3))}/{i}.png", (byte)(10 * i));
        IDataView view = _mlContext.Padam().LoadImageFolder(_folder.Path);

        var seen = new List<string>();
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema, new Random(5));
        ValueGetter<MLImage> image = cursor.GetGetter<MLImage>(view.Schema["Image"]);
        ValueGetter<uint> label = cursor.GetGetter<uint>(view.Schema["Label"]);
        ValueGetter<ReadOnlyMemory<char>> path = cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema["ImagePath"]);
        MLImage? pixels = null;
        while (cursor.MoveNext())
        {
            (uint key, ReadOnlyMemory<char> file) = (0, default);
            image(ref pixels!);
            label(ref key);
            path(ref file);
            int i = int.Parse(Path.GetFileNameWithoutExtension(file.ToString()), System.Globalization.CultureInfo.InvariantCulture);
            Assert.AreEqual(10 * i, pixels.Pixels[0]);
            Assert.AreEqual((i % 3) + 1u, key);
            seen.Add(file.ToString());
        }

        CollectionAssert.AllItemsAreUnique(seen);
        Assert.HasCount(12, seen);
        CollectionAssert.AreNotEqual(view.GetColumn<string>("ImagePath").ToArray(), seen);
    }

    [TestMethod]
    public void A_folder_of_images_splits_trains_and_evaluates()
    {
        foreach ((Row<uint, byte[]> row, int i) in Rows.Of(60, classes: 3).Select((row, i) => (row, i)))
        {
            Directory.CreateDirectory(_folder[TinyImages.Names[row.Label]]);
            Rows.Image(row.Features).Save(_folder[$"{TinyImages.Names[row.Label]}/{i}.png"]);
        }

        DataOperationsCatalog.TrainTestData split = _mlContext.Data.TrainTestSplit(
            _mlContext.Padam().LoadImageFolder(_folder.Path),
            testFraction: 0.3
        );
        ImageClassificationOptions options = TinyImages.Options(epochs: 8);
        options.FeatureColumnName = "Image";
        using ImageClassificationTransformer model = _mlContext.Padam().ImageClassifier(options).Fit(split.TrainSet);

        Assert.IsGreaterThan(0.9, _mlContext.MulticlassClassification.Evaluate(model.Transform(split.TestSet)).MicroAccuracy);
    }

    [TestMethod]
    [DataRow(true, DisplayName = "ShuffleRows")]
    [DataRow(false, DisplayName = "Cache")]
    public void Where_ML_NET_dropped_the_image_column_the_message_says_so(bool shuffle)
    {
        Save("cat/0.png", 1);
        Save("dog/0.png", 2);
        IDataView folder = _mlContext.Padam().LoadImageFolder(_folder.Path);
        IDataView without = shuffle ? _mlContext.Data.ShuffleRows(folder) : _mlContext.Data.Cache(folder);
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        options.FeatureColumnName = "Image";

        string message = Assert
            .ThrowsExactly<ArgumentOutOfRangeException>(() => _mlContext.Padam().ImageClassifier(options).Fit(without))
            .Message;

        StringAssert.Contains(message, "Data.ShuffleRows and Data.Cache drop columns of images");
    }

    [TestMethod]
    public void A_column_read_as_another_type_is_told_in_the_words_of_CSharp()
    {
        Save("cat/0.png", 1);
        IDataView view = _mlContext.Padam().LoadImageFolder(_folder.Path);
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);

        string message = Assert
            .ThrowsExactly<InvalidOperationException>(() => cursor.GetGetter<VBuffer<float>>(view.Schema["Label"]))
            .Message;

        StringAssert.Contains(message, "not a VBuffer<Single>");
    }

    [TestMethod]
    public void A_corrupt_image_is_named_by_path_and_row()
    {
        for (int i = 0; i < 3; i++)
            Save($"cat/{i}.png", 1);
        Save("dog/0.png", 2);
        File.WriteAllText(_folder["cat/1.png"], "not a picture");
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        options.FeatureColumnName = "Image";

        var error = Assert.ThrowsExactly<BadImageException>(() =>
            _mlContext.Padam().ImageClassifier(options).Fit(_mlContext.Padam().LoadImageFolder(_folder.Path))
        );

        StringAssert.Contains(error.Message, _folder["cat/1.png"]);
        StringAssert.Contains(error.Message, "Row 1");
    }

    [TestMethod]
    [DataRow(new byte[0], DisplayName = "zero bytes")]
    [DataRow(new byte[] { 0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0 }, DisplayName = "cut off after the signature")]
    public void A_file_that_is_cut_off_is_named(byte[] content)
    {
        Save("cat/0.png", 1);
        Directory.CreateDirectory(_folder["dog"]);
        File.WriteAllBytes(_folder["dog/0.png"], content);

        var error = Assert.ThrowsExactly<BadImageException>(() =>
            _mlContext.Padam().LoadImageFolder(_folder.Path).GetColumn<MLImage>("Image").Count()
        );

        StringAssert.Contains(error.Message, _folder["dog/0.png"]);
    }

    [TestMethod]
    public void A_folder_that_is_missing_or_holds_no_image_is_refused()
    {
        Directory.CreateDirectory(_folder["cat"]);

        StringAssert.Contains(
            Assert.ThrowsExactly<DirectoryNotFoundException>(() => _mlContext.Padam().LoadImageFolder(_folder["none"])).Message,
            _folder["none"]
        );
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidDataException>(() => _mlContext.Padam().LoadImageFolder(_folder.Path)).Message,
            ".png"
        );
    }

    [TestMethod]
    public void A_grey_picture_has_three_equal_channels()
    {
        Directory.CreateDirectory(_folder["cat"]);
        Directory.CreateDirectory(_folder["dog"]);
        using (var grey = new SkiaSharp.SKBitmap(32, 32, SkiaSharp.SKColorType.Gray8, SkiaSharp.SKAlphaType.Opaque))
        {
            System.Runtime.InteropServices.Marshal.Copy(Enumerable.Repeat<byte>(77, 1024).ToArray(), 0, grey.GetPixels(), 1024);
            foreach (string file in new[] { "cat/grey.png", "dog/grey.png" })
            {
                using FileStream stream = File.Create(_folder[file]);
                grey.Encode(stream, SkiaSharp.SKEncodedImageFormat.Png, 100);
            }
        }

        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        options.FeatureColumnName = "Image";
        using ImageClassificationTransformer model = _mlContext
            .Padam()
            .ImageClassifier(options)
            .Fit(_mlContext.Padam().LoadImageFolder(_folder.Path));
        float[] grey3 = TinyImages.Scores(_mlContext, model, _mlContext.Padam().LoadImageFolder(_folder.Path))[0];
        IDataView bytes = Rows.View(
            _mlContext,
            [new Row<uint, byte[]> { Label = 1, Features = [.. Enumerable.Repeat<byte>(77, TinyImages.Bytes)] }]
        );
        IDataView renamed = _mlContext.Transforms.CopyColumns("Image", "Features").Fit(bytes).Transform(bytes);

        TinyImages.AreClose([grey3], TinyImages.Scores(_mlContext, model, renamed), 1e-6f);
    }

    private string Save(string name, byte value)
    {
        string path = _folder[name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using MLImage image = Rows.Image([.. Enumerable.Repeat(value, TinyImages.Bytes)]);
        image.Save(path);
        return path;
    }
}
