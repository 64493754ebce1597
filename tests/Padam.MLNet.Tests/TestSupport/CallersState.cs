using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests;

/// <summary>What of torch's and the thread's state belongs to whoever calls the library: ways to set it, and what it is.</summary>
internal static class CallersState
{
    /// <summary>States that a caller may be in; disposing ends them.</summary>
    internal static readonly Dictionary<string, Func<IDisposable>> All = new()
    {
        ["default type Float64"] = () => Changed(get_default_dtype, set_default_dtype, ScalarType.Float64),
        ["default type BFloat16"] = () => Changed(get_default_dtype, set_default_dtype, ScalarType.BFloat16),
        ["default device Meta"] = () => Changed(get_default_device, set_default_device, new Device(DeviceType.META)),
        ["no gradients"] = no_grad,
        ["inference mode"] = () => inference_mode(),
        ["a dispose scope"] = NewDisposeScope,
        ["other random numbers"] = () => Changed(random.initial_seed, seed => manual_seed(seed).Dispose(), 99),
        ["a decimal comma"] = () => Changed(() => CultureInfo.CurrentCulture, culture => CultureInfo.CurrentCulture = culture, Comma()),
        ["all of these"] = () =>
            new Together(["default type Float64", "default device Meta", "inference mode", "a dispose scope", "a decimal comma"]),
    };

    /// <summary>The whole state as text, but for tensors in the caller's scope, which <see cref="InScope"/> tells.</summary>
    internal static string Now()
    {
        using Generator generator = Generator.Default;
        using Tensor random = generator.get_state();
        return string.Join(
            Environment.NewLine,
            [
                $"default type {get_default_dtype()}",
                $"default device {get_default_device()}",
                $"gradients {is_grad_enabled()}, inference mode {is_inference_mode_enabled()}",
                $"threads {get_num_threads()}",
                $"TF32 {backends.cuda.matmul.allow_tf32}, {backends.cudnn.allow_tf32}",
                $"random numbers {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(random.bytes))}",
                $"culture {CultureInfo.CurrentCulture.NumberFormat.NumberDecimalSeparator}",
            ]
        );
    }

    /// <summary>Runs an action in a dispose scope and returns how many tensors it left there.</summary>
    internal static int InScope(Action action)
    {
        using DisposeScope scope = NewDisposeScope();
        action();
        return scope.DisposablesCount;
    }

    private static CultureInfo Comma()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (culture.NumberFormat.NumberDecimalSeparator, culture.NumberFormat.NumberGroupSeparator) = (",", ".");
        culture.NumberFormat.NegativeSign = "\u2212";
        return culture;
    }

    private static Restoring Changed<T>(Func<T> get, Action<T> set, T value)
    {
        T before = get();
        set(value);
        return new(() => set(before));
    }

    private sealed class Restoring(Action restore) : IDisposable
    {
        public void Dispose() => restore();
    }

    private sealed class Together(string[] names) : IDisposable
    {
        private readonly IDisposable[] _states = [.. names.Select(name => All[name]())];

        public void Dispose()
        {
            foreach (IDisposable state in _states.Reverse())
                state.Dispose();
        }
    }
}
