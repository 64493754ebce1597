using Padam.MLNet.Backbones;
using Padam.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>The average of a network's weights along its training; see <see cref="Averaging"/>.</summary>
internal sealed class AveragedWeights : IDisposable
{
    private readonly Averaging _settings;
    private readonly long _steps;
    private readonly (string Name, Tensor Live, Tensor Average)[] _entries;
    private List<Tensor> _hidden = [];

    /// <summary>Starts with the weights as they are.</summary>
    /// <param name="settings">How they are averaged.</param>
    /// <param name="network">The network.</param>
    /// <param name="steps">The optimizer's steps in the whole training.</param>
    internal AveragedWeights(Averaging settings, nn.Module network, long steps)
    {
        (_settings, _steps) = (settings, steps);
        using var state = TorchState.EnterWithoutGradients();
        _entries =
        [
            .. network
                .NamedState()
                .Select(entry => (entry.Name, entry.Tensor.DetachFromDisposeScope(), entry.Tensor.clone().DetachFromDisposeScope())),
        ];
    }

    /// <summary>The live average under the names of the network's state.</summary>
    internal IEnumerable<(string Name, Tensor Tensor)> State => _entries.Select(entry => (entry.Name, entry.Average));

    /// <summary>Takes up what a checkpoint kept, and disposes it.</summary>
    internal void Resume(IEnumerable<(string Name, Tensor Tensor)> kept)
    {
        using var state = TorchState.EnterWithoutGradients();
        Dictionary<string, Tensor> averages = kept.ToDictionary(entry => entry.Name, entry => entry.Tensor);
        foreach ((string name, _, Tensor average) in _entries)
            average.copy_(averages[name]);
        foreach (Tensor tensor in averages.Values)
            tensor.Dispose();
    }

    /// <summary>After a step of the optimizer.</summary>
    /// <param name="step">Its number in the whole training, from 1.</param>
    internal void Update(long step)
    {
        switch (_settings)
        {
            case WeightAverage ema:
                Approach(ema.Decay);
                break;
            case Lookahead ahead when step % ahead.Every == 0:
                Approach(ahead.Decay * Math.Pow((double)step / _steps, ahead.Power));
                Put();
                break;
        }
    }

    internal bool IsFinite() => HostReading.AreFinite(_entries.Select(entry => entry.Average));

    /// <summary>Puts the average into the network, for good.</summary>
    internal void Put()
    {
        using var state = TorchState.EnterWithoutGradients();
        foreach ((_, Tensor live, Tensor average) in _entries)
            live.copy_(average);
    }

    /// <summary>Puts the average into the network until <see cref="Hide"/>, which disposing calls.</summary>
    internal IDisposable Show()
    {
        using (TorchState.EnterWithoutGradients())
            _hidden = [.. _entries.Select(entry => entry.Live.clone().DetachFromDisposeScope())];
        Put();
        return new Shown(this);
    }

    /// <summary>Gives the network its own weights back, where it has the average.</summary>
    internal void Hide()
    {
        using var state = TorchState.EnterWithoutGradients();
        foreach ((Tensor own, var entry) in _hidden.Zip(_entries))
        {
            entry.Live.copy_(own);
            own.Dispose();
        }

        _hidden = [];
    }

    public void Dispose()
    {
        foreach (Tensor tensor in _entries.Select(entry => entry.Average).Concat(_hidden))
            tensor.Dispose();
    }

    private void Approach(double decay)
    {
        using var state = TorchState.EnterWithoutGradients();
        using Scalar part = Scalars.Of(1 - decay);
        foreach ((_, Tensor live, Tensor average) in _entries)
        {
            // By the difference: what does not move, such as frozen layers, stays what it is to the last bit.
            if (average.is_floating_point())
                average.add_(live.sub(average), part);
            else
                average.copy_(live);
        }
    }

    private sealed class Shown(AveragedWeights weights) : IDisposable
    {
        public void Dispose() => weights.Hide();
    }
}
