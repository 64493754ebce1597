using Microsoft.ML;
using Padam.MLNet;

namespace Padam.Reproduce.Data;

/// <summary>Training and test images of one data set.</summary>
internal sealed record ImageData(ImageSource Source, ImagePart Train, ImagePart Test)
{
    public static ImageData Load(MLContext mlContext, ImageSource source, int? trainLimit, int? testLimit)
    {
        ImagePart train = source.Part(mlContext, CifarSplit.Train, trainLimit);
        // A test folder without pictures of a class has that class all the same.
        var like = new FolderReading(ImagePart.ClassNames(train.Rows));
        return new(source, train, source.Part(mlContext, CifarSplit.Test, testLimit, like));
    }

    /// <summary>For the summary of a run.</summary>
    public DataIdentity Identity =>
        new()
        {
            Train = Train.Share,
            Test = Test.Share,
            Published = Train.Files.Concat(Test.Files).Aggregate((bool?)true, (all, file) => all & file.Published),
            Files = [.. Train.Files, .. Test.Files],
        };

    /// <summary>
    /// What is to be said before a training on it: what part is taken, and where it is from other files; null for nothing.
    /// </summary>
    public string? Remark
    {
        get
        {
            string?[] parts =
            [
                Train.Taken is { } train ? $"training images: {train}" : null,
                Test.Taken is { } test ? $"test images: {test}" : null,
                Strangers,
            ];
            string said = string.Join("; ", parts.OfType<string>());
            return said.Length > 0 ? $"{said}." : null;
        }
    }

    /// <summary>"not the published cifar10: data_batch_1.bin", or null where it is, or nobody publishes it.</summary>
    public string? Strangers =>
        Train.Files.Concat(Test.Files).Where(file => file.Published is false).Select(file => file.Name).ToArray() is { Length: > 0 } names
            ? $"not the published {Source.DataSet}: {string.Join(", ", names)}"
            : null;
}
