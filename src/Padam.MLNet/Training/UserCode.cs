using Padam.MLNet.Backbones;
using Padam.MLNet.Native;
using Padam.MLNet.Optimizers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>
/// Runs the parts of a training in which code of the user's own may take part, a registered network or an optimizer of one's own: under
/// torch's usual defaults, and with the random numbers of this training, whatever else draws some meanwhile. Where there is no such code
/// nothing is set: the library's networks and optimizers name what they make and draw nothing in a step, dropout apart.
/// </summary>
internal sealed class UserCode(nn.Module network, ITrainingOptions options, RandomStream random, Device device)
{
    private readonly bool _takesPart =
        network is not Network || options.Optimizer is CustomOptimizerOptions || network.modules().OfType<Dropout>().Any();

    internal void Run(Action part) =>
        Run(() =>
        {
            part();
            return true;
        });

    /// <summary>As <see cref="Run{T}"/>, but the training's random numbers are none the fewer for it.</summary>
    internal T Aside<T>(Func<T> part)
    {
        byte[] before = random.State;
        try
        {
            return Run(part);
        }
        finally
        {
            random.State = before;
        }
    }

    internal T Run<T>(Func<T> part)
    {
        if (!_takesPart)
            return part();
        using IDisposable defaults = TorchDefaults.Use(device);
        return random.Draw(part);
    }
}
