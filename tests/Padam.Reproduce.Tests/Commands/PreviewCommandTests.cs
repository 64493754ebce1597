using Padam.MLNet;
using Padam.Reproduce.Data;
using SkiaSharp;

namespace Padam.Reproduce.Tests.Commands;

/// <summary><c>data preview</c>.</summary>
[TestClass]
public sealed class PreviewCommandTests
{
    [TestMethod]
    public async Task Preview_draws_images_as_they_are_and_as_epochs_would_see_them()
    {
        using TemporaryFolder folder = new();
        await ConsoleProcess.Run(folder.Path, "data", "generate", "--data", "set", "--train", "20", "--test", "10");
        string[] words = "data preview --dataset synthetic --data set --augment alternate-flip --images 3 --epochs 2 --out grid.png".Split(
            ' '
        );

        ConsoleResult result = await ConsoleProcess.Run(folder.Path, words);
        Assert.AreEqual(0, result.ExitCode, result.All);
        StringAssert.Contains(result.Output, "grid.png: 3 training images as they are (left), and in epochs 1 to 2 of seed 1.");
        using (SKBitmap grid = SKBitmap.Decode(folder["grid.png"]))
        {
            Assert.AreEqual((208, 208), (grid.Width, grid.Height), "three tiles of 64 pixels, and white between them");
            SKColor[][] first = [Tile(grid, 0, 0), Tile(grid, 0, 1), Tile(grid, 0, 2)];
            Assert.AreNotEqual(first[0].SequenceEqual(first[1]), first[0].SequenceEqual(first[2]), "mirrored in one of two epochs");
            CollectionAssert.AreNotEqual(first[0], Tile(grid, 1, 0));
        }
    }

    [TestMethod]
    public async Task A_picture_that_is_there_is_overwritten_only_with_force()
    {
        using TemporaryFolder folder = new();
        await ConsoleProcess.Run(folder.Path, "data", "generate", "--data", "set", "--train", "20", "--test", "10");
        await File.WriteAllTextAsync(folder["grid.png"], "mine");
        string[] words = "data preview --dataset synthetic --data set --augment flip --images 1 --epochs 1 --out grid.png".Split(' ');

        ConsoleResult refused = await ConsoleProcess.Run(folder.Path, words);
        Assert.AreEqual(1, refused.ExitCode, refused.All);
        StringAssert.Contains(refused.Error, "'grid.png' exists. Choose another --out, or overwrite it with --force.");
        Assert.AreEqual("mine", await File.ReadAllTextAsync(folder["grid.png"]));

        ConsoleResult forced = await ConsoleProcess.Run(folder.Path, [.. words, "--force"]);
        Assert.AreEqual(0, forced.ExitCode, forced.All);
        Assert.AreNotEqual("mine", await File.ReadAllTextAsync(folder["grid.png"]));
    }

    [TestMethod]
    [DataRow("--out grid.jpg --augment flip", "--out 'grid.jpg' must end in .png.")]
    [DataRow("--augment flop", "--augment 'flop' is not known")]
    [DataRow("--augment mixup --images 1", "--augment mixup and cutmix need --images 2 or more")]
    [DataRow("--augment cutout:33", "--augment cutout: a square of 33 is larger than the images of 32x32; take at most 32.")]
    [DataRow("--augment crop:32", "--augment crop or reflect: a move by 32 can leave nothing of images of 32x32; take at most 31.")]
    [DataRow("--augment flip --epochs 2000000000", "pixels; it may have 65,535 a side and 67,108,864 in all. Take fewer.")]
    [DataRow("--augment flip --images 400 --epochs 100", "--images 400 and --epochs 100 make a picture of 6,872 x 27,204 pixels")]
    public async Task What_cannot_be_drawn_is_a_usage_error_before_a_set_is_made(string words, string said)
    {
        using TemporaryFolder folder = new();
        string[] given = words.Split(' ');
        ConsoleResult refused = await ConsoleProcess.Run(
            folder.Path,
            [
                .. "data preview --dataset synthetic --data set".Split(' '),
                .. given,
                .. given.Contains("--out") ? [] : new[] { "--out", "grid.png" },
            ]
        );
        Assert.AreEqual(2, refused.ExitCode, refused.All);
        StringAssert.Contains(refused.Error, said);
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public async Task All_that_cannot_be_drawn_is_said_together()
    {
        using TemporaryFolder folder = new();
        ConsoleResult refused = await ConsoleProcess.Run(
            folder.Path,
            "data preview --dataset synthetic --data set --augment crop:4,resized-crop --epochs 2000000000 --out grid.jpg".Split(' ')
        );
        Assert.AreEqual(2, refused.ExitCode, refused.All);
        StringAssert.Contains(refused.Error, "--out 'grid.jpg' must end in .png.");
        StringAssert.Contains(refused.Error, "--augment crop and resized-crop exclude each other.");
        StringAssert.Contains(refused.Error, "make a picture of");
    }

    [TestMethod]
    public async Task Of_cifar_what_is_erased_has_the_mean_colour_of_a_run()
    {
        using TemporaryFolder folder = new();
        await ConsoleProcess.Run(folder.Path, "data", "generate", "--data", "set", "--train", "20", "--test", "10");
        await File.WriteAllLinesAsync(folder["set", "batches.meta.txt"], CifarArchive.Cifar10Classes);

        ConsoleResult result = await ConsoleProcess.Run(
            folder.Path,
            "data preview --dataset cifar10 --data set --augment cutout:32 --images 1 --epochs 1 --out grid.png".Split(' ')
        );
        Assert.AreEqual(0, result.ExitCode, result.All);
        using SKBitmap grid = SKBitmap.Decode(folder["grid.png"]);
        byte[] mean = [.. Normalization.Cifar10.Mean.Select(channel => (byte)Math.Round(channel * 255))];
        // At least a quarter is inside the image.
        Assert.IsGreaterThanOrEqualTo(32 * 32, Tile(grid, 0, 1).Count(pixel => pixel == new SKColor(mean[0], mean[1], mean[2])));
    }

    [TestMethod]
    public async Task Of_a_folder_it_says_which_images_are_drawn()
    {
        using TemporaryFolder folder = new();
        Pictures.WriteFolder(folder["photos"], ("cat", 3, 1), ("dog", 3, 1));
        ConsoleResult result = await ConsoleProcess.Run(
            folder.Path,
            "data preview --dataset folder --data photos --augment flip --images 4 --epochs 1 --out grid.png".Split(' ')
        );
        Assert.AreEqual(0, result.ExitCode, result.All);
        StringAssert.Contains(result.Output, "They are drawn evenly over 2 classes, as by `run --train-limit 4`.");
    }

    [TestMethod]
    public async Task What_the_library_warns_of_is_said()
    {
        using TemporaryFolder folder = new();
        Pictures.WriteFolder(folder["photos"], ("cat", 1, 1), ("dog", 1, 1));
        Directory.CreateDirectory(folder["photos", "train", "empty"]);
        ConsoleResult result = await ConsoleProcess.Run(
            folder.Path,
            "data preview --dataset folder --data photos --augment flip --images 2 --epochs 1 --out grid.png".Split(' ')
        );
        Assert.AreEqual(0, result.ExitCode, result.All);
        StringAssert.Contains(result.Error, "Warning: ");
    }

    private static SKColor[] Tile(SKBitmap grid, int row, int column) =>
        [.. from y in Enumerable.Range(4 + (68 * row), 64) from x in Enumerable.Range(4 + (68 * column), 64) select grid.GetPixel(x, y)];
}
