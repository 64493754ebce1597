using Padam.MLNet;
using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Data;

/// <summary>One file of a published data set: its exact length in bytes and its SHA-256.</summary>
internal sealed record CifarFile(string Name, long Length, string Sha256);

/// <summary>A CIFAR archive as its authors publish it (https://www.cs.toronto.edu/~kriz/cifar.html, the binary versions).</summary>
/// <param name="DataSet">The name on the command line.</param>
/// <param name="FileName">The archive's name at its home.</param>
/// <param name="Folder">The one folder inside the archive.</param>
/// <param name="NameFiles">The lists of class names in it, a few hundred bytes each.</param>
/// <param name="Files">The records in it, with the checksums of the published files.</param>
internal sealed record CifarArchive(
    string DataSet,
    string FileName,
    string Folder,
    IReadOnlyList<string> NameFiles,
    IReadOnlyList<CifarFile> Files
)
{
    public const string Home = "https://www.cs.toronto.edu/~kriz/";

    public static readonly CifarArchive Cifar10 = new(
        "cifar10",
        "cifar-10-binary.tar.gz",
        "cifar-10-batches-bin",
        ["batches.meta.txt"],
        [
            new("data_batch_1.bin", 30_730_000, "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5"),
            new("data_batch_2.bin", 30_730_000, "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed"),
            new("data_batch_3.bin", 30_730_000, "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67"),
            new("data_batch_4.bin", 30_730_000, "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48"),
            new("data_batch_5.bin", 30_730_000, "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add"),
            new("test_batch.bin", 30_730_000, "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b"),
        ]
    );

    public static readonly CifarArchive Cifar100 = new(
        "cifar100",
        "cifar-100-binary.tar.gz",
        "cifar-100-binary",
        ["coarse_label_names.txt", "fine_label_names.txt"],
        [
            new("test.bin", 30_740_000, "d8b1e6b7b3bee4020055f0699b111f60b1af1e262aeb93a0b659061746f8224a"),
            new("train.bin", 153_700_000, "f31298fc616915fa142368359df1c4ca2ae984d6915ca468b998a5ec6aeebf29"),
        ]
    );

    public static readonly IReadOnlyList<CifarArchive> Published = [Cifar10, Cifar100];

    /// <summary>In the order of their labels.</summary>
    public static readonly IReadOnlyList<string> Cifar10Classes =
    [
        "airplane",
        "automobile",
        "bird",
        "cat",
        "deer",
        "dog",
        "frog",
        "horse",
        "ship",
        "truck",
    ];

    /// <summary>How many images the published files of a part hold.</summary>
    public int Images(CifarSplit split) => (int)(FilesOf(split).Sum(file => file.Length) / RecordBytes);

    /// <summary>
    /// Where the .bin files are, in what the user named with --data: that folder itself, or the set's own folder in it. Null where neither
    /// has any.
    /// </summary>
    public string? FolderIn(string data) =>
        new[] { data, Path.Combine(data, Folder) }.FirstOrDefault(folder =>
            Files.Any(file => File.Exists(Path.Combine(folder, file.Name)))
        );

    /// <summary>Which files a part is read from in a folder, each compared with the published one where it should be that.</summary>
    public IEnumerable<DataFile> FilesIn(string folder, CifarSplit split, bool isPublished) =>
        from file in FilesOf(split)
        let path = Path.Combine(folder, file.Name)
        let identity = File.Exists(path) ? FileIdentity.Of(path) : null
        where identity is not null || isPublished
        select new DataFile(
            file.Name,
            identity?.Length ?? 0,
            identity?.Sha256 ?? "missing",
            isPublished ? identity == new FileIdentity(file.Length, file.Sha256) : null
        );

    private IEnumerable<CifarFile> FilesOf(CifarSplit split) =>
        Files.Where(file => file.Name.StartsWith("test", StringComparison.Ordinal) == (split == CifarSplit.Test));

    // A byte for each kind of label before the pixels.
    private int RecordBytes => NameFiles.Count + 3 * 32 * 32;

    /// <exception cref="CommandException">Neither is there; the message says what was looked for.</exception>
    public string RequiredIn(string data) =>
        FolderIn(data)
        ?? throw new CommandException(
            $"'{data}' holds neither {DataSet}'s files ({string.Join(", ", Files.Select(file => file.Name))}) nor a folder {Folder} with "
                + "them. "
                + $"Name one or the other with --data, or fetch the set: `data download --dataset {DataSet} --data {data}`."
        );

    /// <summary>The sets that are in what the user named with --data, each with its folder; at least one.</summary>
    public static IReadOnlyList<(CifarArchive Archive, string Folder)> AllIn(string data)
    {
        var found = Published
            .Where(archive => archive.FolderIn(data) is not null)
            .Select(archive => (archive, archive.FolderIn(data)!))
            .ToList();
        return found.Count > 0
            ? found
            : throw new CommandException(
                $"'{data}' holds no .bin file of CIFAR-10 or CIFAR-100, and neither a folder "
                    + $"{string.Join(" nor ", Published.Select(archive => archive.Folder))} with them. Name one of these with "
                    + "--data, or run `data download`."
            );
    }
}
