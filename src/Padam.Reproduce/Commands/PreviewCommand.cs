using System.CommandLine;
using System.Globalization;
using Microsoft.ML;
using Padam.MLNet;
using Padam.Reproduce.Data;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Commands;

/// <summary><c>data preview</c>: what a training would see of some images.</summary>
internal static class PreviewCommand
{
    private static readonly Option<string> DataSet = new Option<string>("--dataset")
    {
        Description = "cifar10, cifar100, synthetic or folder (with train in it).",
        DefaultValueFactory = _ => "cifar10",
    }.AcceptOnlyFromAmong([.. ImageSource.Names]);
    private static readonly Option<string?> Data = Options.Data();
    private static readonly Option<string?> Augment = Options.Augment("What to do with the images");
    private static readonly Option<int> Images = Options.Count(
            "--images",
            "Rows: training images, from the first; of a folder, so many drawn evenly over its classes.",
            8
        ),
        Epochs = Options.Count("--epochs", "Columns beside the image as it is: epochs, from the first.", 7);
    private static readonly Option<int> Seed = Options.Seed(
        "Decides every random draw, as in `run`; for a folder as in `run --train-limit` of --images."
    );
    private static readonly Option<string> Out = Options.Named("--out", "The picture to write, a .png.");
    private static readonly Option<bool> Force = new("--force") { Description = "Overwrite the picture." };

    public static Command Create()
    {
        Augment.Required = true;
        var command = new Command("preview", "Draw training images as they are and as each epoch would see them.")
        {
            DataSet,
            Data,
            Augment,
            Images,
            Epochs,
            Seed,
            Out,
            Force,
        };
        command.SetAction((parsed, cancel) => Task.FromResult(Run(parsed, cancel)));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken cancel)
    {
        string file = parsed.GetValue(Out)!,
            dataSet = parsed.GetValue(DataSet)!;
        (int images, int epochs, int seed) = (parsed.GetValue(Images), parsed.GetValue(Epochs), parsed.GetValue(Seed));
        // Before a data set is read, or made.
        string[] faults =
        [
            .. OutputFile.FaultOfEnding(file, "--out", ".png") is { } fault ? [fault] : Array.Empty<string>(),
            .. FaultsOfImages(ImageSource.GivenSize(dataSet), parsed.GetValue(Augment)!, images),
            .. FaultsOfGrid(ImageSource.GivenSize(dataSet), images, epochs),
        ];
        if (faults.Length > 0)
            throw new UsageException(faults);
        var augmentation = AugmentList.Parse(parsed.GetValue(Augment)!);
        OutputFile.Require(file, "--out", parsed.GetValue(Force));
        MLContext mlContext = RunContext.Of(Console.Error.WriteLine, seed);
        var source = new ImageSource(dataSet, dataSet == "cifar100" ? "fine" : null, parsed.GetValue(Data));
        ImagePart part = source.Part(mlContext, CifarSplit.Train, images);
        var options = new ImageClassificationOptions
        {
            FeatureColumnName = ImageSource.FeatureColumn(dataSet),
            ImageSize = ImageSource.ImageSize(dataSet),
            Augmentation = augmentation,
            Normalization = ImageSource.Normalized(dataSet),
            Seed = seed,
            CancellationToken = cancel,
        };
        IReadOnlyList<IReadOnlyList<PreviewedImage>> rows = mlContext.Padam().PreviewAugmentation(part.Rows, options, epochs);
        ImageGrid.Write(rows, file);
        // A run of the same limit draws the same rows; one of the whole folder varies each as the row that it is there.
        string drawn = part.DrawnOver is { } classes
            ? $" They are drawn evenly over {classes} classes, as by `run --train-limit {images}`."
            : "";
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{file}: {rows.Count} training images as they are (left), and in epochs 1 to {epochs} of seed {seed}.{drawn}"
            )
        );
        return ExitCode.Success;
    }

    private static IEnumerable<string> FaultsOfImages(ImageSize size, string list, int images)
    {
        string[] together = [.. AugmentList.FaultsTogether(list)];
        if (together.Length > 0)
            return together;
        var augmentation = AugmentList.Parse(list);
        IEnumerable<string> faults = augmentation.Validate(size).Select(fault => ConsoleWords.Of($"Augmentation.{fault}"));
        return images < 2 && augmentation.Mixing is not null
            ? faults.Prepend("--augment mixup and cutmix need --images 2 or more: each image is mixed with another.")
            : faults;
    }

    private static IEnumerable<string> FaultsOfGrid(ImageSize size, int images, int epochs)
    {
        (long width, long height) = ImageGrid.Extent(size, images, epochs + 1L);
        if (Math.Max(width, height) > ImageGrid.LongestSide || width * height > ImageGrid.MostPixels)
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"--images {images} and --epochs {epochs} make a picture of {width:N0} x {height:N0} pixels; it may have "
                    + $"{ImageGrid.LongestSide:N0} a side and {ImageGrid.MostPixels:N0} in all. Take fewer."
            );
    }
}
