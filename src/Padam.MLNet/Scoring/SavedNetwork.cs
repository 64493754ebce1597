using Microsoft.ML;
using Microsoft.ML.Runtime;
using Padam.MLNet.Backbones;
using Padam.MLNet.MLNetInternals;
using Padam.MLNet.Models;
using Padam.MLNet.Native;
using static TorchSharp.torch;

namespace Padam.MLNet.Scoring;

/// <summary>What ML.NET's loader is given of a model zip, read and checked: a network where the context wants it, and what it is.</summary>
internal sealed record SavedNetwork<T>(T Model, nn.Module<Tensor, Tensor> Network, Device Device)
    where T : NetworkDescription
{
    private const string File = "The model";

    /// <param name="env">Says on which device.</param>
    /// <param name="context">The part of the zip.</param>
    /// <param name="zip">The kind of the part.</param>
    /// <param name="entry">The entry of the description.</param>
    /// <param name="read">Reads the description of a file with the name that is given.</param>
    /// <exception cref="InvalidDataException">The model is damaged, or newer than this version.</exception>
    internal static SavedNetwork<T> Load(
        IHostEnvironment env,
        ModelLoadContext context,
        ModelZip zip,
        string entry,
        Func<Stream, string, T> read
    )
    {
        zip.CheckHeader(context);
        IHost host = env.Register(zip.Loader);
        using IChannel log = host.Start("Loading");
        Device device = NetworkDevice.Of(host, log);
        using var state = TorchState.Enter();
        T model = ModelZip.Read(context, entry, stream => read(stream, File));
        nn.Module<Tensor, Tensor> network = ModelZip.Read(
            context,
            ModelPayload.WeightsEntry,
            stream => ModelPayload.ReadNetwork(model, stream, File)
        );
        try
        {
            (model as FeaturizerDescription)?.RequireFeatures(network, File);
            network.PlaceOn(device);
        }
        catch
        {
            network.Dispose();
            throw;
        }

        if (model is ModelDescription { Pixels: null })
            log.Warning(
                MessageSensitivity.None,
                "The model is of a version that did not keep whether its pixels were of 0 to 255 or scaled: it takes both, and answers "
                    + "rightly to the kind that it was trained on alone."
            );
        return new(model, network, device);
    }
}
