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
            using var weights = new HashingStream();
            Safetensors.Write(weights, state);
            (long length, string hash) = weights.Finish();
            NetworkDescription description = (NetworkDescription)model with { WeightsLength = length, WeightsSha256 = hash };
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

    // Counts and hashes what is written to it: the description comes first in the zip, and needs both.
    private sealed class HashingStream : Stream
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private long _length;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => _length;

        public override long Position
        {
            get => _length;
            set => throw new NotSupportedException();
        }

        internal (long Length, string Hash) Finish() => (_length, Convert.ToHexStringLower(_hash.GetHashAndReset()));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            _hash.AppendData(buffer);
            _length += buffer.Length;
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush() { }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _hash.Dispose();
            base.Dispose(disposing);
        }
    }
}
