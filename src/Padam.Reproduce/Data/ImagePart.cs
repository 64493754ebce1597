using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Padam.Reproduce.Data;

/// <summary>The training or the test images of a data set, as far as they are taken.</summary>
/// <param name="Rows">The images and their labels.</param>
/// <param name="Share">How many of how many.</param>
/// <param name="DrawnOver">Over how many classes they were drawn; null where they are the first records, or all.</param>
/// <param name="Files">What they were read from.</param>
internal sealed record ImagePart(IDataView Rows, Share Share, int? DrawnOver, IReadOnlyList<DataFile> Files)
{
    /// <summary>"the first 1,000 of 10,000", or null where all are taken.</summary>
    public string? Taken =>
        Share.Taken == Share.Of ? null
        : DrawnOver is { } classes
            ? string.Create(CultureInfo.InvariantCulture, $"{Share.Taken:N0} of {Share.Of:N0}, drawn evenly over {classes} classes")
        : string.Create(CultureInfo.InvariantCulture, $"the first {Share.Taken:N0} of {Share.Of:N0}");

    /// <summary>What tells these images from others: the files that they were read from, and how many are taken.</summary>
    public string Identity =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Share.Taken} of {Share.Of} of {string.Join(", ", Files.Select(file => $"{file.Name} ({file.Sha256})"))}"
        );

    /// <summary>The classes, in the order of their keys.</summary>
    public static IReadOnlyList<string> ClassNames(IDataView rows)
    {
        VBuffer<ReadOnlyMemory<char>> names = default;
        rows.Schema["Label"].GetKeyValues(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }
}
