using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet;
using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Data;

/// <summary>A data set by its name on the command line.</summary>
/// <param name="DataSet">One of <see cref="Names"/>.</param>
/// <param name="Labels">fine or coarse, for CIFAR-100.</param>
/// <param name="Folder">What the user named with --data.</param>
internal sealed record ImageSource(string DataSet, string? Labels, string? Folder)
{
    public static readonly IReadOnlyList<string> Names = ["cifar10", "cifar100", "synthetic", "folder"];

    /// <summary>What the synthetic set is made with where its folder is not there yet.</summary>
    private static readonly SyntheticCifar Generated = new(TrainImages: 20_000, TestImages: 4_000, Seed: 1);

    /// <summary>The same for all runs, so that they can be compared, and for <c>evaluate</c>, which repeats what they measured.</summary>
    private const int DrawSeed = 1;

    // CIFAR-100's.
    private const int FineClasses = 100,
        CoarseClasses = 20;

    /// <summary>A source as options ask for it; <paramref name="labels"/> counts where there are two kinds of them.</summary>
    public static ImageSource Asked(string dataSet, string? labels, string? folder) =>
        new(dataSet, HasTwoKindsOfLabels(dataSet) ? labels : null, folder);

    /// <summary>Whether its images have fine labels and coarse ones.</summary>
    public static bool HasTwoKindsOfLabels(string dataSet) => dataSet == "cifar100";

    /// <summary>The column that the images are in.</summary>
    public static string FeatureColumn(string dataSet) => dataSet == "folder" ? "Image" : "Features";

    /// <summary>What images are resized to; null where they have one size already.</summary>
    public static ImageSize? ImageSize(string dataSet) => dataSet == "folder" ? new(64, 64) : null;

    /// <summary>The size of the images that a network is given.</summary>
    public static ImageSize GivenSize(string dataSet) => ImageSize(dataSet) ?? new(32, 32);

    /// <summary>How many classes it has; null where its files alone say.</summary>
    public int? Classes =>
        DataSet switch
        {
            "cifar10" => CifarArchive.Cifar10Classes.Count,
            "cifar100" => Labels == "coarse" ? CoarseClasses : FineClasses,
            "synthetic" when Folder is null => Shape.Names.Length,
            _ => null,
        };

    /// <summary>The published mean and deviation; null where they are measured.</summary>
    public static Normalization? Normalized(string dataSet) =>
        dataSet switch
        {
            "cifar10" => Normalization.Cifar10,
            "cifar100" => Normalization.Cifar100,
            _ => null,
        };

    /// <summary>One part of it. Of CIFAR a limit takes the first records, of a folder an even draw over its classes.</summary>
    /// <param name="mlContext">Loads it.</param>
    /// <param name="split">Training or test images; the files of the other part need not be there.</param>
    /// <param name="limit">How many images to take; null for all.</param>
    /// <param name="like">What reads the images of a folder; null where this part decides it.</param>
    /// <exception cref="CommandException">There is no such data set where it should be, or another one.</exception>
    public ImagePart Part(MLContext mlContext, CifarSplit split, int? limit, FolderReading? like = null)
    {
        if (DataSet == "folder")
            return OfFolder(mlContext, split, limit, like);
        (IDataView rows, string folder, CifarArchive archive) = Records(mlContext.Padam(), split);
        int count = (int)rows.GetRowCount()!.Value;
        return new ImagePart(
            limit < count ? mlContext.Data.TakeRows(rows, limit.Value) : rows,
            new Share(Math.Min(limit ?? count, count), count),
            DrawnOver: null,
            [.. archive.FilesIn(folder, split, isPublished: DataSet != "synthetic")]
        );
    }

    private (IDataView Rows, string Folder, CifarArchive Archive) Records(PadamCatalog catalog, CifarSplit split)
    {
        switch (DataSet)
        {
            case "cifar10":
                string ten = Located(CifarArchive.Cifar10);
                IDataView rows = catalog.LoadCifar10(ten, split);
                RequireClasses(rows, ten, CifarArchive.Cifar10Classes);
                return (rows, ten, CifarArchive.Cifar10);
            case "cifar100":
                string hundred = Located(CifarArchive.Cifar100);
                CifarLabels labels = Labels == "coarse" ? CifarLabels.Coarse : CifarLabels.Fine;
                return (catalog.LoadCifar100(hundred, split, labels), hundred, CifarArchive.Cifar100);
            default:
                string made = Folder ?? Path.Combine("data", "synthetic");
                if (!CifarArchive.Cifar10.Files.Any(file => File.Exists(Path.Combine(made, file.Name))))
                    Generated.Write(made);
                return (catalog.LoadCifar10(made, split), made, CifarArchive.Cifar10);
        }
    }

    private string Located(CifarArchive archive) =>
        archive.RequiredIn(
            Folder
                ?? throw new CommandException(
                    $"--dataset {archive.DataSet} needs --data, the folder with its .bin files or with its own folder {archive.Folder} "
                        + "(`data download` fetches them)."
                )
        );

    // Ten shapes in CIFAR-10's format are no CIFAR-10, and a number from them would stand beside the report's.
    private static void RequireClasses(IDataView rows, string folder, IReadOnlyList<string> expected)
    {
        IReadOnlyList<string> found = ImagePart.ClassNames(rows);
        if (!found.SequenceEqual(expected))
        {
            throw new CommandException(
                $"'{folder}' is not CIFAR-10: its classes are {string.Join(", ", found)}. Name CIFAR-10's folder with --data, or use "
                    + "--dataset synthetic for a set in its format."
            );
        }
    }

    private ImagePart OfFolder(MLContext mlContext, CifarSplit split, int? limit, FolderReading? like)
    {
        string folder = FolderOf(split == CifarSplit.Train ? "train" : "test");
        IDataView rows = mlContext.Padam().LoadImageFolder(folder, like?.Classes, like?.Preprocessing);
        string[] paths = [.. rows.GetColumn<string>("ImagePath")];
        IReadOnlyList<DataFile> files = [ImageListing.Of(folder, paths)];
        if (limit is null || limit >= paths.Length)
            return new ImagePart(rows, new Share(paths.Length, paths.Length), DrawnOver: null, files);

        uint[] classes = [.. rows.GetColumn<uint>("Label")];
        HashSet<int> drawn = EvenDraw.Rows(classes, limit.Value, DrawSeed);
        IDataView taken = RowsByPosition.Of(mlContext, rows, drawn);
        return new ImagePart(taken, new Share(drawn.Count, paths.Length), DrawnOver: classes.Distinct().Count(), files);
    }

    private string FolderOf(string part) =>
        Folder is not null && Path.Combine(Folder, part) is var path && Directory.Exists(path)
            ? path
            : throw new CommandException(
                (
                    Folder is null ? "--dataset folder needs --data."
                    : Directory.Exists(Folder) ? $"--data '{Folder}' has no folder '{part}' in it."
                    : $"--data '{Folder}' does not exist."
                ) + " Give a folder with 'train' and 'test' in it, each of which has one sub-folder of images for each class."
            );
}

/// <summary>How the pictures of a folder become the images that a model knows.</summary>
/// <param name="Classes">The classes, in the order of their keys, whether the folder has them or not.</param>
/// <param name="Preprocessing">How files become pixels; null for the library's defaults.</param>
internal sealed record FolderReading(IReadOnlyList<string> Classes, ImagePreprocessing? Preprocessing = null);
