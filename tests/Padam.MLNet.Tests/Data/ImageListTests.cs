using Microsoft.ML;
using Microsoft.ML.Data;

namespace Padam.MLNet.Tests.Data;

/// <summary>Image files and their classes as a list.</summary>
[TestClass]
public sealed class ImageListTests
{
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    public void A_list_trains_to_the_same_weights_as_the_folder()
    {
        IDataView folder = Folder(),
            list = _mlContext.Padam().LoadImages(Listed(folder));
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        (options.FeatureColumnName, options.ImageSize) = ("Image", new(32, 32));
        Assert.AreEqual(TinyImages.TrainedHash(_mlContext, options, folder), TinyImages.TrainedHash(_mlContext, options, list));
    }

    [TestMethod]
    public void Classes_may_be_given_in_their_order()
    {
        IDataView list = _mlContext.Padam().LoadImages(Listed(Folder()).Take(4), ["low", "high", "none"]);
        CollectionAssert.AreEqual(new uint[] { 2, 2, 2, 2 }, list.GetColumn<uint>("Label").ToArray());
    }

    [TestMethod]
    public void Faults_are_named()
    {
        (string Path, string Label)[] listed = [.. Listed(Folder())];
        StringAssert.Contains(Fault<ArgumentException>([]), "no image");
        StringAssert.Contains(Fault<ArgumentException>(listed, "low"), "is of the class 'high', which is not among the classes low");
        StringAssert.Contains(Fault<ArgumentException>(listed, "low", "high", "low"), "'low' twice");
        StringAssert.Contains(Fault<FileNotFoundException>([("none.png", "high")]), "'none.png' does not exist");
        StringAssert.Contains(Fault<FileNotFoundException>([(_folder.Path, "high")]), "is a folder");
        Assert.ThrowsExactly<ArgumentException>(() => _mlContext.Padam().LoadImages([(listed[0].Path, "")]));
    }

    private string Fault<TException>((string Path, string Label)[] images, params string[] classes)
        where TException : Exception =>
        Assert.ThrowsExactly<TException>(() => _mlContext.Padam().LoadImages(images, classes.Length == 0 ? null : classes)).Message;

    private IDataView Folder()
    {
        Pictures.WriteClasses(_folder["photographs"], ["high", "low"], each: 4, width: 60, height: 40);
        return _mlContext.Padam().LoadImageFolder(_folder["photographs"]);
    }

    private static IEnumerable<(string Path, string Label)> Listed(IDataView folder) =>
        folder.GetColumn<string>("ImagePath").Select(path => (path, Path.GetFileName(Path.GetDirectoryName(path)!)));
}
