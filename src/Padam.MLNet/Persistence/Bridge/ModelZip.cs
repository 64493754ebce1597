using Microsoft.ML;
using Microsoft.ML.Runtime;
using Padam.MLNet;
using Padam.MLNet.Persistence.Bridge;
using Padam.MLNet.Scoring;
using TorchSharp;
using static TorchSharp.torch;

// This is how a plain mlContext.Model.Load finds the class below in a process that never called into this library.
[assembly: LoadableClass(
    typeof(ImageClassificationTransformer),
    typeof(ModelZip),
    null,
    typeof(SignatureLoadModel),
    "Padam image classifier",
    ModelZip.LoaderSignature
)]

namespace Padam.MLNet.Persistence.Bridge;

/// <summary>
/// The transformer as a part of an ML.NET model zip: ML.NET's own header, and the two entries of <see cref="ModelPayload"/>.
/// </summary>
internal static class ModelZip
{
    internal const string LoaderSignature = "PadamImageClassifier";

    private static VersionInfo Version { get; } =
        new(
            modelSignature: "PADAMIMG",
            verWrittenCur: 0x00010001,
            verReadableCur: 0x00010001,
            verWeCanReadBack: 0x00010001,
            loaderSignature: LoaderSignature,
            loaderAssemblyName: typeof(ModelZip).Assembly.FullName
        );

    internal static void Save(NetworkLease network, ModelSaveContext context)
    {
        context.CheckAtModel();
        context.SetVersionInfo(Version);
        network.Read(weights =>
        {
            ModelPayload.Write(network.Model, weights, (name, write) => context.SaveBinaryStream(name, writer => write(writer.BaseStream)));
            return true;
        });
    }

    /// <summary>Called by ML.NET, by reflection, when a zip is loaded.</summary>
    private static ImageClassificationTransformer Create(IHostEnvironment env, ModelLoadContext context)
    {
        const string file = "The model";
        context.CheckVersionInfo(Version);
        IHost host = env.Register(LoaderSignature);
        using IChannel log = host.Start("Loading");
        Device device = Training.TrainingDevice.Of(host, log);
        ModelDescription model = Read(context, ModelPayload.DescriptionEntry, stream => ModelPayload.ReadDescription(stream, file));
        nn.Module<Tensor, Tensor> network = Read(
            context,
            ModelPayload.WeightsEntry,
            stream => ModelPayload.ReadNetwork(model, stream, file)
        );
        network.to(device);
        return new ImageClassificationTransformer(env, new NetworkLease(model, network, device));
    }

    private static T Read<T>(ModelLoadContext context, string entry, Func<Stream, T> read)
    {
        T? result = default;
        bool found = context.TryLoadBinaryStream(entry, reader => result = read(reader.BaseStream));
        return found ? result! : throw new InvalidDataException($"The model has no entry '{entry}'; the zip is damaged.");
    }
}
