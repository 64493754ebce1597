using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Padam.MLNet.Formats;
using Padam.MLNet.Models;
using Padam.MLNet.Native;
using static TorchSharp.torch;

namespace Padam.MLNet;

/// <summary>What <see cref="ModelFile.Verify"/> found in a model zip.</summary>
/// <param name="Path">The file.</param>
/// <param name="Backbone">The network's name.</param>
/// <param name="Classes">How many classes it tells apart; 0 for a featurizer.</param>
/// <param name="ClassNames">Their names in the order of Score; null where the label's keys had no values.</param>
/// <param name="Height">Height in pixels of the images it takes.</param>
/// <param name="Width">Width in pixels of the images it takes.</param>
/// <param name="Parameters">Numbers in all parameters and buffers.</param>
/// <param name="Optimizer">The optimizer that trained it, with its settings.</param>
/// <param name="Seed">The seed of the training.</param>
/// <param name="Epoch">The epoch whose weights these are.</param>
public sealed record ModelReport(
    string Path,
    string Backbone,
    int Classes,
    IReadOnlyList<string>? ClassNames,
    int Height,
    int Width,
    long Parameters,
    string Optimizer,
    int Seed,
    int Epoch
)
{
    /// <summary>
    /// Numbers a vector of a featurizer (which has no classes, and no training is known of it); null for a classifier.
    /// </summary>
    public int? Features { get; init; }

    // As a record prints itself, but with the classes' names.
    private bool PrintMembers(StringBuilder text)
    {
        string names = ClassNames is null ? "" : $"[{string.Join(", ", ClassNames)}]";
        text.Append(CultureInfo.InvariantCulture, $"Path = {Path}, Backbone = {Backbone}, Classes = {Classes}, ClassNames = {names}, ");
        text.Append(
            CultureInfo.InvariantCulture,
            $"Height = {Height}, Width = {Width}, Parameters = {Parameters}, Optimizer = {Optimizer}, "
        );
        text.Append(CultureInfo.InvariantCulture, $"Seed = {Seed}, Epoch = {Epoch}");
        if (Features is not null)
            text.Append(CultureInfo.InvariantCulture, $", Features = {Features}");
        return true;
    }
}

/// <summary>
/// Reads model zips with suspicion. ML.NET treats model files as trusted code: it loads the classes and assemblies that they name. Verify
/// the files of strangers first.
/// </summary>
public static class ModelFile
{
    /// <summary>Checks a zip without loading it: its structure, the description, and every weight's checksum, name and shape.</summary>
    /// <param name="path">A zip that <c>mlContext.Model.Save</c> wrote, with one image classifier in it, or with featurizers.</param>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is damaged, hostile, newer than this version, or holds neither a classifier nor a featurizer; one sentence says what.
    /// </exception>
    /// <exception cref="InvalidOperationException">Its backbone is a registered one and is not registered in this process.</exception>
    public static ModelReport Verify(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
            throw new InvalidDataException($"{path} is a folder where a model zip is expected.");
        NativeLibraries.EnsureLoaded();
        using var state = TorchState.EnterWithoutGradients();
        using FileStream file = File.OpenRead(path);
        ZipStructure.RequireNothingAfterTheEnd(file, path);
        try
        {
            using var zip = new ZipArchive(file, ZipArchiveMode.Read);
            ZipStructure.Check(zip, file.Length, path);
            return Report(zip, path);
        }
        catch (Exception fault)
            when (fault is InvalidDataException or EndOfStreamException or NotSupportedException
                && !fault.Message.StartsWith(path, StringComparison.Ordinal)
            )
        {
            throw new InvalidDataException($"{path} is no model zip, or damaged: {fault.Message}", fault);
        }
    }

    private static ModelReport Report(ZipArchive zip, string path)
    {
        ZipArchiveEntry[] classifiers = [.. zip.Entries.Where(entry => entry.Name == ModelPayload.DescriptionEntry)],
            featurizers = [.. zip.Entries.Where(entry => entry.Name == ModelPayload.FeaturizerEntry)];
        if (classifiers.Length > 1 || classifiers.Length + featurizers.Length == 0)
            throw new InvalidDataException(
                $"{path} holds {classifiers.Length} image classifiers of Padam.MLNet; one was expected, or a featurizer."
            );
        ModelReport[] reports =
        [
            .. classifiers.Select(entry => Report(zip, path, entry, ModelPayload.ReadDescription)),
            .. featurizers.Select(entry => Report(zip, path, entry, ModelPayload.ReadFeaturizer)),
        ];
        return reports[0];
    }

    private static ModelReport Report<T>(ZipArchive zip, string path, ZipArchiveEntry description, Func<Stream, string, T> read)
        where T : NetworkDescription
    {
        T model;
        using (Stream stream = description.Open())
            model = read(stream, path);
        string folder = description.FullName[..^description.Name.Length];
        ZipArchiveEntry weights =
            zip.GetEntry(folder + ModelPayload.WeightsEntry)
            ?? throw new InvalidDataException($"{path} has no entry '{folder}{ModelPayload.WeightsEntry}'.");
        if (weights.Length != model.WeightsLength)
            throw new InvalidDataException($"{path}: the weights have {weights.Length} bytes, the description says {model.WeightsLength}.");

        if (Hash(weights, path) != model.WeightsSha256)
            throw new InvalidDataException($"{path}: the weights' checksum does not match; the file is damaged.");
        using Stream body = weights.Open();
        var header = new SafetensorsHeader(body, model.WeightsLength, path);
        using nn.Module<Tensor, Tensor> network = ModelPayload.Build(model, path);
        LoadedWeights loaded = WeightsFile.Check(network, header, path);
        var classifier = model as ModelDescription;
        if (classifier is not null)
            loaded.RequireLastLayer(path, classifier.Classes);
        (model as FeaturizerDescription)?.RequireFeatures(network, path);
        return new(
            path,
            model.Backbone,
            classifier?.Classes ?? 0,
            classifier?.Labels.Values,
            model.Height,
            model.Width,
            header.Entries.Sum(entry => entry.Shape.Aggregate(1L, (count, side) => count * side)),
            classifier?.Optimizer ?? "",
            classifier?.Seed ?? 0,
            classifier?.Epochs ?? 0
        )
        {
            Features = (model as FeaturizerDescription)?.Features,
        };
    }

    private static string Hash(ZipArchiveEntry entry, string path)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        ZipStructure.Unpack(entry, path, hash.AppendData);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
