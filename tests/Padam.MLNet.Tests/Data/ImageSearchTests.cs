using Microsoft.ML;
using Microsoft.ML.Data;
using SkiaSharp;

namespace Padam.MLNet.Tests.Data;

/// <summary>Folders as they lie about on people's disks.</summary>
[TestClass]
public sealed class ImageSearchTests
{
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _warnings = [];

    [TestInitialize]
    public void Write()
    {
        _mlContext.Log += (_, entry) =>
        {
            if (entry.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning)
                _warnings.Add(entry.RawMessage);
        };
        Pictures.WriteClasses(_folder.Path, ["cat", "dog"], each: 3, 32, 32);
    }

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    [DataRow(".ipynb_checkpoints")]
    [DataRow("__MACOSX")]
    [DataRow(".git")]
    [DataRow("@eaDir")]
    [DataRow("$RECYCLE.BIN")]
    public void Folders_of_tools_are_no_classes_and_no_part_of_one(string tool)
    {
        Pictures.WritePlain(_folder[$"{tool}/a.png"], SKColors.Red);
        Pictures.WritePlain(_folder[$"cat/{tool}/a.png"], SKColors.Red);

        IDataView view = _mlContext.Padam().LoadImageFolder(_folder.Path, classes: null);

        Assert.AreEqual(6, view.GetRowCount());
        Assert.IsTrue(_warnings.Exists(line => line.Contains(tool, StringComparison.Ordinal)), string.Join('\n', _warnings));
        Assert.AreEqual(6, _mlContext.Padam().LoadImageFolder(_folder.Path, ["cat", "dog"]).GetRowCount());
    }

    [TestMethod]
    [DataRow("._0.png")]
    [DataRow(".hidden.jpg")]
    public void Pictures_of_tools_are_passed_over_and_said(string name)
    {
        File.WriteAllText(_folder[$"cat/{name}"], "a tool's own");

        IDataView view = _mlContext.Padam().LoadImageFolder(_folder.Path);

        Assert.AreEqual(6, view.GetRowCount());
        Assert.IsTrue(_warnings.Exists(line => line.Contains(name, StringComparison.Ordinal)), string.Join('\n', _warnings));
    }

    [TestMethod]
    [DataRow("Thumbs.db")]
    [DataRow("desktop.ini")]
    [DataRow(".DS_Store")]
    public void Files_of_tools_that_nobody_takes_for_pictures_are_passed_over_in_silence(string name)
    {
        File.WriteAllText(_folder[$"cat/{name}"], "a tool's own");

        IDataView view = _mlContext.Padam().LoadImageFolder(_folder.Path);

        Assert.AreEqual(6, view.GetRowCount());
        Assert.IsEmpty(_warnings);
    }

    [TestMethod]
    public void A_class_that_is_said_may_be_named_as_a_tool_names_its_folders()
    {
        Pictures.WritePlain(_folder[".net/a.png"], SKColors.Red);

        Assert.AreEqual(7, _mlContext.Padam().LoadImageFolder(_folder.Path, [".net", "cat", "dog"]).GetRowCount());
    }

    [TestMethod]
    [DataRow(SKEncodedImageFormat.Jpeg, "photo.jfif")]
    [DataRow(SKEncodedImageFormat.Jpeg, "photo.JPE")]
    [DataRow(SKEncodedImageFormat.Png, "photo.tif")]
    [DataRow(SKEncodedImageFormat.Webp, "photo")]
    public void What_can_be_decoded_is_an_image_whatever_its_name(SKEncodedImageFormat format, string name)
    {
        using var bitmap = new SKBitmap(32, 32);
        bitmap.Erase(SKColors.Teal);
        using (SKData data = bitmap.Encode(format, 100))
            File.WriteAllBytes(_folder[$"dog/{name}"], data.ToArray());

        IDataView view = _mlContext.Padam().LoadImageFolder(_folder.Path);

        StringAssert.Contains(view.GetColumn<string>("ImagePath").Last(), name);
        Assert.AreEqual(7, view.GetColumn<MLImage>("Image").Count());
        Assert.IsEmpty(_warnings);
    }

    [TestMethod]
    public void What_cannot_be_decoded_is_counted_by_extension()
    {
        byte[] heic = [0, 0, 0, 24, .. "ftypheic"u8, 0, 0, 0, 0, .. "mif1heic"u8];
        foreach (string name in new[] { "1.heic", "2.HEIC", "3.tif", "notes.txt", "README" })
            File.WriteAllBytes(_folder[$"cat/{name}"], heic);

        IDataView view = _mlContext.Padam().LoadImageFolder(_folder.Path);

        Assert.AreEqual(6, view.GetRowCount());
        string warning = _warnings.Single();
        foreach (string count in new[] { "2 .heic", "1 .tif", "1 .txt", "1 without an extension" })
            StringAssert.Contains(warning, count);
    }

    [TestMethod]
    public void A_class_of_which_nothing_can_be_decoded_is_said_to_be_none()
    {
        Directory.CreateDirectory(_folder["horse"]);
        File.WriteAllText(_folder["horse/1.heic"], "no image");

        _mlContext.Padam().LoadImageFolder(_folder.Path);

        Assert.IsTrue(_warnings.Exists(line => line.Contains("no class: horse", StringComparison.Ordinal)), string.Join('\n', _warnings));
    }

    [TestMethod]
    public void Images_beside_the_class_folders_are_said_to_be_left_out()
    {
        Pictures.WritePlain(_folder["lost.png"], SKColors.Red);

        Assert.AreEqual(6, _mlContext.Padam().LoadImageFolder(_folder.Path).GetRowCount());
        StringAssert.Contains(_warnings.Single(), "1 images lie in");
    }

    [TestMethod]
    public void A_folder_without_class_folders_says_that_its_images_lie_in_no_class()
    {
        Pictures.WritePlain(_folder["cat/deep/a.png"], SKColors.Red);

        string message = Assert.ThrowsExactly<InvalidDataException>(() => _mlContext.Padam().LoadImageFolder(_folder["cat/deep"])).Message;

        StringAssert.Contains(message, "1 images lie in");
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public void A_link_in_a_circle_is_followed_once_at_most()
    {
        Directory.CreateSymbolicLink(_folder["cat/self"], ".");
        Directory.CreateSymbolicLink(_folder["cat/up"], _folder.Path);
        Directory.CreateSymbolicLink(_folder["cat/above"], Path.GetDirectoryName(_folder.Path)!);
        Directory.CreateSymbolicLink(_folder["all"], ".");

        IDataView view = _mlContext.Padam().LoadImageFolder(_folder.Path);

        Assert.AreEqual(6, view.GetRowCount());
        Assert.AreEqual(4, _warnings.Count(line => line.Contains("is read already", StringComparison.Ordinal)));
        Assert.AreEqual(6, _mlContext.Padam().LoadImageFolder(_folder.Path, ["cat", "dog"]).GetRowCount());
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public void Links_to_files_and_folders_elsewhere_are_images_of_the_class_once_each()
    {
        using var elsewhere = new TemporaryFolder();
        Pictures.WritePlain(elsewhere["more/a.png"], SKColors.Red);
        Pictures.WritePlain(elsewhere["b.png"], SKColors.Red);
        Directory.CreateSymbolicLink(_folder["cat/more"], elsewhere["more"]);
        Directory.CreateSymbolicLink(_folder["cat/more again"], elsewhere["more"]);
        Directory.CreateSymbolicLink(_folder["horse"], elsewhere["more"]);
        File.CreateSymbolicLink(_folder["dog/link.png"], elsewhere["b.png"]);

        IDataView view = _mlContext.Padam().LoadImageFolder(_folder.Path);

        CollectionAssert.AreEqual(new uint[] { 1, 1, 1, 1, 2, 2, 2, 2, 3 }, view.GetColumn<uint>("Label").ToArray());
        Assert.AreEqual(9, view.GetColumn<MLImage>("Image").Count());
    }
}
