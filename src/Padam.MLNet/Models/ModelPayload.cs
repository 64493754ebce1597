using System.Security.Cryptography;
using System.Text.Json.Serialization.Metadata;
using Padam.MLNet.Backbones;
using Padam.MLNet.Formats;
using Padam.MLNet.Layers;
using Padam.MLNet.Persistence;
using static TorchSharp.torch;

namespace Padam.MLNet.Models;

/// <summary>
/// A model as two streams, which are entries of the zip: the description (JSON and its checksum) and the weights (a safetensors file of the
/// unfolded network, which any tool of the PyTorch world reads). The description holds length and SHA-256 of the weights.
/// </summary>
internal static class ModelPayload
{
    internal const string DescriptionEntry = "Description.json",
        FeaturizerEntry = "Featurizer.json",
        WeightsEntry = "Weights.safetensors";

    internal static void Write(ModelDescription model, nn.Module network, Action<string, Action<Stream>> entry) =>
        Write(model, network.PlainState(), DescriptionEntry, ModelJson.Default.ModelDescription, entry);

    /// <summary>As above; the last layer, which a featurizer does without, is left out.</summary>
    internal static void Write(FeaturizerDescription model, nn.Module network, Action<string, Action<Stream>> entry) =>
        Write(model, WeightsFile.BeforeLastLayer(network), FeaturizerEntry, ModelJson.Default.FeaturizerDescription, entry);

    /// <summary>What tells a model from others: the SHA-256 of its description, which has that of the weights in it.</summary>
    internal static string Sha256(ModelDescription model, nn.Module network)
    {
        using var description = new HashingStream(Stream.Null);
        Write(
            model,
            network,
            (entry, write) =>
            {
                if (entry == DescriptionEntry)
                    write(description);
            }
        );
        return description.Finish();
    }

    /// <summary>Reads and checks the description of a classifier.</summary>
    internal static ModelDescription ReadDescription(Stream stream, string file) =>
        Read(stream, file, ModelDescription.OldestFormat, ModelDescription.CurrentFormat, ModelJson.Default.ModelDescription);

    /// <summary>Reads and checks the description of a featurizer.</summary>
    internal static FeaturizerDescription ReadFeaturizer(Stream stream, string file) =>
        Read(
            stream,
            file,
            FeaturizerDescription.CurrentFormat,
            FeaturizerDescription.CurrentFormat,
            ModelJson.Default.FeaturizerDescription
        );

    /// <summary>Checks the weights against the description and builds the network they belong to.</summary>
    /// <param name="model">The description.</param>
    /// <param name="weights">The weights, seekable.</param>
    /// <param name="file">The model file's name, for messages.</param>
    internal static nn.Module<Tensor, Tensor> ReadNetwork(NetworkDescription model, Stream weights, string file)
    {
        if (weights.Length != model.WeightsLength)
            throw new InvalidDataException($"{file}: the weights have {weights.Length} bytes, the description says {model.WeightsLength}.");
        if (Convert.ToHexStringLower(SHA256.HashData(weights)) != model.WeightsSha256)
            throw new InvalidDataException($"{file}: the weights' checksum does not match; the file is damaged.");
        weights.Position = 0;
        nn.Module<Tensor, Tensor> network = Build(model, file);
        try
        {
            LoadedWeights loaded = WeightsFile.Load(network, weights, file);
            if (model is ModelDescription { Classes: var classes })
                loaded.RequireLastLayer(file, classes);
            network.ToChannelsLast();
            network.Use(model.ConvolutionAlgorithm);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>The network that the description names, unless it is larger than the weights.</summary>
    internal static nn.Module<Tensor, Tensor> Build(NetworkDescription model, string file) =>
        Backbone.BuildOfModel(model.Backbone, model.BackboneSettings, model.LastLayer, model.WeightsLength / sizeof(float), file);

    private static void Write<T>(
        T model,
        List<(string Name, Tensor Tensor)> state,
        string descriptionEntry,
        JsonTypeInfo<T> json,
        Action<string, Action<Stream>> entry
    )
        where T : NetworkDescription
    {
        try
        {
            using var weights = new HashingStream(Stream.Null);
            Safetensors.Write(weights, state);
            NetworkDescription description = (NetworkDescription)model with
            {
                WeightsLength = weights.Length,
                WeightsSha256 = weights.Finish(),
            };
            byte[] text = DescriptionText.Write((T)description, json);
            entry(descriptionEntry, stream => stream.Write(text));
            entry(WeightsEntry, stream => Safetensors.Write(stream, state));
        }
        finally
        {
            foreach ((_, Tensor tensor) in state)
                tensor.Dispose();
        }
    }

    private static T Read<T>(Stream stream, string file, int oldest, int newest, JsonTypeInfo<T> json)
        where T : NetworkDescription
    {
        T model = DescriptionText.Read(stream, file, oldest, newest, json);
        return model.Faults().FirstOrDefault() is { } fault ? throw new InvalidDataException($"{file}: {fault}") : model;
    }
}
