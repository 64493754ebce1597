using Padam.MLNet;
using Padam.MLNet.Tests;
using SkiaSharp;

namespace Padam.Reliability;

/// <summary>Image files of strangers.</summary>
internal static class ImageCases
{
    internal static IEnumerable<Case> All =>
        [
            new("Images", "undecodable, empty, cut, 20,000 x 20,000: named by row and path", Unreadable),
            new(
                "Images",
                "mutated files: decoded or refused",
                bench => ReaderCases.Fuzz(bench, OddImages.Readable.First().Bytes, Decode(bench, ".jpg"), full: 20_000)
            ),
            new(
                "Images",
                "mutated PNG: decoded or refused",
                bench =>
                    ReaderCases.Fuzz(
                        bench,
                        OddImages.Readable.First(image => image.Name.EndsWith(".png", StringComparison.Ordinal)).Bytes,
                        Decode(bench, ".png"),
                        full: 20_000
                    )
            ),
        ];

    private static Outcome Unreadable(Bench bench)
    {
        string folder = Folder(bench);
        long resident = Environment.WorkingSet;
        (string Name, byte[] Bytes, string Word)[] all = [.. OddImages.Unreadable];
        int held = 0;
        foreach ((string name, byte[] bytes, string word) in all)
        {
            string path = Path.Combine(folder, "a", name);
            File.WriteAllBytes(path, bytes);
            try
            {
                Fit(bench, folder, skip: false);
            }
            catch (BadImageException fault)
            {
                bool named =
                    fault.Message.Contains(path, StringComparison.Ordinal)
                    && fault.Message.Contains("Row 1", StringComparison.Ordinal)
                    && fault.Message.Contains(word, StringComparison.Ordinal);
                Fit(bench, folder, skip: true);
                held += named ? 1 : 0;
            }

            File.Delete(path);
        }

        return new(all.Length, held, $"{(Environment.WorkingSet - resident) / 1e6:0} MB more resident after all");
    }

    private static Action<byte[]> Decode(Bench bench, string extension)
    {
        string folder = Folder(bench),
            path = Path.Combine(folder, "a", "0" + extension);
        return bytes =>
        {
            File.WriteAllBytes(path, bytes);
            foreach (
                var image in Microsoft.ML.Data.ColumnCursorExtensions.GetColumn<Microsoft.ML.Data.MLImage>(
                    bench.MLContext.Padam().LoadImageFolder(folder),
                    "Image"
                )
            )
                image.Dispose();
        };
    }

    private static string Folder(Bench bench)
    {
        string folder = bench.Fresh();
        foreach ((string name, SKColor colour) in new[] { ("a", SKColors.Red), ("b", SKColors.Blue) })
        {
            Directory.CreateDirectory(Path.Combine(folder, name));
            using var bitmap = new SKBitmap(32, 32);
            bitmap.Erase(colour);
            using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
            File.WriteAllBytes(Path.Combine(folder, name, "-.png"), data.ToArray());
        }

        return folder;
    }

    private static void Fit(Bench bench, string folder, bool skip)
    {
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        (options.FeatureColumnName, options.SkipBadImages, options.ImageSize) = ("Image", skip, new(32, 32));
        bench.MLContext.Padam().ImageClassifier(options).Fit(bench.MLContext.Padam().LoadImageFolder(folder)).Dispose();
    }
}
