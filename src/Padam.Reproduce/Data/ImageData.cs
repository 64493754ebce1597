using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet;

namespace Padam.Reproduce.Data;

/// <summary>Training and test images of one data set.</summary>
internal sealed record ImageData(ImageSource Source, ImagePart Train, ImagePart Test)
{
    /// <summary>The same for all runs, so that they can be compared.</summary>
    private const int SplitSeed = 1;

    private bool IsTestHeldOut { get; init; }

    public static ImageData Load(MLContext mlContext, ImageSource source, int? trainLimit, int? testLimit)
    {
        ImagePart train = source.Part(mlContext, CifarSplit.Train, trainLimit);
        // A test folder without pictures of a class has that class all the same.
        var like = new FolderReading(ImagePart.ClassNames(train.Rows));
        return new(source, train, source.Part(mlContext, CifarSplit.Test, testLimit, like));
    }

    /// <summary>Sets a part of the training images apart, as many of each class as of any other, and tests on it instead.</summary>
    public ImageData WithHeldOut(MLContext mlContext, double part)
    {
        uint[] classes = [.. Train.Rows.GetColumn<uint>("Label")];
        HashSet<int> apart = EvenDraw.Rows(classes, (int)Math.Round(part * classes.Length), SplitSeed),
            rest = [.. Enumerable.Range(0, classes.Length).Except(apart)];
        return this with { Train = Only(rest), Test = Only(apart), IsTestHeldOut = true };

        ImagePart Only(HashSet<int> rows) =>
            Train with
            {
                Rows = RowsByPosition.Of(mlContext, Train.Rows, rows),
                Share = new Share(rows.Count, Train.Share.Of),
                DrawnOver = classes.Distinct().Count(),
            };
    }

    /// <summary>For the summary of a run.</summary>
    public DataIdentity Identity =>
        new()
        {
            Train = Train.Share,
            Test = Test.Share,
            IsTestHeldOut = IsTestHeldOut,
            Published = Train.Files.Concat(Test.Files).Aggregate((bool?)true, (all, file) => all & file.Published),
            Files = [.. Train.Files.Union(Test.Files)],
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
