using Microsoft.ML;
using Padam.MLNet;
using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Data;

/// <summary>The data sets by their names on the command line.</summary>
internal sealed record ImageData(IDataView Train, IDataView Test, string FeatureColumn, ImageSize? ImageSize)
{
    public static readonly IReadOnlyList<string> Names = ["cifar10", "cifar100", "synthetic", "folder"];

    /// <summary>What the synthetic set is made with where its folder is not there yet.</summary>
    private const int SyntheticTrain = 20_000,
        SyntheticTest = 4_000,
        SyntheticSeed = 1;

    private static readonly ImageSize FolderSize = new(64, 64);

    /// <summary>Loads a data set; limits take the first records.</summary>
    public static ImageData Load(MLContext mlContext, string dataSet, string? labels, string? folder, int? trainLimit, int? testLimit)
    {
        PadamCatalog catalog = mlContext.Padam();
        ImageData data = dataSet switch
        {
            "cifar10" => Cifar(split => catalog.LoadCifar10(Located(CifarArchive.Cifar10, folder), split)),
            "cifar100" => Cifar(split =>
                catalog.LoadCifar100(
                    Located(CifarArchive.Cifar100, folder),
                    split,
                    labels == "coarse" ? CifarLabels.Coarse : CifarLabels.Fine
                )
            ),
            "synthetic" => Cifar(split => catalog.LoadCifar10(Synthetic(folder), split)),
            "folder" => new(
                catalog.LoadImageFolder(Part(folder, "train")),
                catalog.LoadImageFolder(Part(folder, "test")),
                "Image",
                FolderSize
            ),
            _ => throw new ArgumentException($"There is no data set '{dataSet}'. Known are {string.Join(", ", Names)}.", nameof(dataSet)),
        };
        return data with { Train = First(mlContext, data.Train, trainLimit), Test = First(mlContext, data.Test, testLimit) };
    }

    private static ImageData Cifar(Func<CifarSplit, IDataView> load) =>
        new(load(CifarSplit.Train), load(CifarSplit.Test), "Features", null);

    private static string Located(CifarArchive archive, string? folder) =>
        archive.RequiredIn(
            folder
                ?? throw new CommandException(
                    $"--dataset {archive.DataSet} needs --data, the folder with its .bin files or with its own folder {archive.Folder} "
                        + "(`data download` fetches them)."
                )
        );

    private static string Part(string? folder, string part) =>
        folder is not null && Path.Combine(folder, part) is var path && Directory.Exists(path)
            ? path
            : throw new CommandException(
                $"--dataset folder needs --data, a folder with '{part}' in it, which has one sub-folder of images for each class."
            );

    private static string Synthetic(string? folder)
    {
        string target = folder ?? Path.Combine("data", "synthetic");
        if (!File.Exists(Path.Combine(target, "data_batch_1.bin")))
            new SyntheticCifar(SyntheticTrain, SyntheticTest, SyntheticSeed).Write(target, CancellationToken.None);
        return target;
    }

    private static IDataView First(MLContext mlContext, IDataView data, int? limit) =>
        limit is { } rows ? mlContext.Data.TakeRows(data, rows) : data;
}
