using Padam.MLNet.Kernels;
using Padam.MLNet.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>The gradients of some parameters one after the other, and for each parameter how many ranks have one.</summary>
internal sealed class GradientBucket : IDisposable
{
    private readonly Parameter[] _parameters;
    private readonly Tensor _numbers,
        _owners;
    private readonly Tensor[] _gradients;
    private IPendingSum? _pending;

    internal GradientBucket(Parameter[] parameters)
    {
        _parameters = parameters;
        using DisposeScope scope = NewDisposeScope();
        long numbers = parameters.Sum(parameter => parameter.numel());
        _numbers = CpuTensors.Zeros([numbers + parameters.Length]);
        _owners = _numbers.narrow(0, numbers, parameters.Length);
        _gradients = new Tensor[parameters.Length];
        long start = 0;
        for (int i = 0; i < parameters.Length; i++)
        {
            _gradients[i] = Part(_numbers, start, parameters[i]);
            start += parameters[i].numel();
        }

        scope.Detach([_numbers, _owners, .. _gradients]);
    }

    /// <summary>Whether a backward pass has made all of its gradients.</summary>
    internal bool IsComplete => Array.TrueForAll(_parameters, parameter => !parameter.requires_grad || HasGradient(parameter));

    /// <summary>Begins the sum.</summary>
    /// <param name="ranks">Over whom.</param>
    /// <param name="isIdle">Whether this rank's gradients count for nothing.</param>
    internal void Begin(Communicator ranks, bool isIdle)
    {
        Span<float> owners = Owners();
        for (int i = 0; i < _parameters.Length; i++)
        {
            using Tensor? gradient = isIdle ? null : _parameters[i].grad;
            owners[i] = gradient is null ? 0 : 1;
            if (gradient is null)
                _gradients[i].zero_();
            else
                _gradients[i].copy_(gradient);
        }

        _pending = ranks.BeginSum(TorchSharpEntryPoints.Data(_numbers), checked((int)_numbers.numel()));
    }

    /// <summary>Lets a sum that was begun get on.</summary>
    internal void Advance() => _pending?.Advance();

    /// <summary>Waits for the sum, and gives it to the parameters.</summary>
    internal void Finish()
    {
        _pending!.Wait();
        _pending = null;
        ReadOnlySpan<float> owners = Owners();
        for (int i = 0; i < _parameters.Length; i++)
        {
            if (owners[i] == 0)
            {
                // What an idle rank made of its row is nobody's.
                _parameters[i].grad = null;
                continue;
            }

            using Tensor? own = _parameters[i].grad;
            if (own is null)
                _parameters[i].grad = _gradients[i].clone();
            else
                own.copy_(_gradients[i]);
        }
    }

    // Where a step failed on this rank, Open MPI may still write: that memory goes with the process.
    public void Dispose()
    {
        if (_pending is not null)
            return;
        foreach (Tensor tensor in _gradients.Append(_owners).Append(_numbers))
            tensor.Dispose();
    }

    private unsafe Span<float> Owners() => new(TensorMemory.Floats(_owners), _parameters.Length);

    private static bool HasGradient(Parameter parameter)
    {
        using Tensor? gradient = parameter.grad;
        return gradient is not null;
    }

    // In the parameter's own layout, so that numbers are copied as they lie.
    private static Tensor Part(Tensor numbers, long start, Parameter parameter) =>
        TensorLayout.IsDense(parameter.shape, parameter.stride())
            ? numbers.as_strided(parameter.shape, parameter.stride(), start)
            : numbers.narrow(0, start, parameter.numel()).view(parameter.shape);
}
