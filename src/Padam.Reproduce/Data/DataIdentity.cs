using System.Text.Json.Serialization;

namespace Padam.Reproduce.Data;

/// <summary>On which files a run was trained and tested, and how many images of them it took.</summary>
internal sealed record DataIdentity
{
    /// <summary>Images taken for training, and how many there are.</summary>
    public required Share Train { get; init; }

    /// <summary>Images taken for testing, and how many there are.</summary>
    public required Share Test { get; init; }

    /// <summary>Whether those were set apart of the training images.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsTestHeldOut { get; init; }

    /// <summary>Whether all files are those that the data set's authors publish; null where nobody publishes any.</summary>
    public bool? Published { get; init; }

    public required IReadOnlyList<DataFile> Files { get; init; }
}

/// <summary>So many of so many images.</summary>
internal sealed record Share(int Taken, int Of);

/// <summary>A file of a data set; of a folder of images, the list of all that are in it.</summary>
/// <param name="Name">Without the folder.</param>
/// <param name="Length">In bytes; of a folder, of all its images.</param>
/// <param name="Sha256">Of its bytes; of a folder, of the images' names and lengths.</param>
/// <param name="Published">Whether it is that of the data set's authors; null where there is no such file.</param>
internal sealed record DataFile(string Name, long Length, string Sha256, bool? Published);
