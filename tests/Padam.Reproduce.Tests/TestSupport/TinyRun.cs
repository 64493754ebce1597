using Padam.Reproduce.Data;

namespace Padam.Reproduce.Tests;

/// <summary>A small synthetic set, and the words that train vgg-small on it in seconds.</summary>
internal static class TinyRun
{
    public const string Model = "runs/vgg-small/model_padam_synthetic";

    public static void WriteData(TemporaryFolder folder, int images = 60) => new SyntheticCifar(images, 30, Seed: 3).Write(folder["data"]);

    /// <summary>Words of a <c>run</c>, and more of them.</summary>
    public static string[] Words(params string[] more) =>
        [
            "run",
            "--dataset",
            "synthetic",
            "--data",
            "data",
            "--backbone",
            "vgg-small",
            "--optimizer",
            "padam",
            "--batch-size",
            "20",
            "--threads",
            "1",
            .. more,
        ];
}
