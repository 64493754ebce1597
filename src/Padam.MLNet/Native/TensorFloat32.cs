using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Native;

/// <summary>libtorch's switches for TF32 on a GPU, which are the whole process's.</summary>
internal static class TensorFloat32
{
    private const int Side = 512;
    private static readonly Lock Access = new();
    private static int users;
    private static (bool Products, bool Convolutions) callers;

    /// <summary>Turns both on until the last of those who asked is disposed; then they are as they were before the first.</summary>
    public static IDisposable Allow()
    {
        lock (Access)
        {
            if (users++ == 0)
            {
                callers = (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32);
                (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32) = (true, true);
            }
        }

        return new Usage();
    }

    /// <summary>
    /// Whether a device multiplies exactly although it may use TF32: it has none, or the environment forbids it
    /// (<c>NVIDIA_TF32_OVERRIDE=0</c>). 1 + 2^-12 is no number of TF32, whose fraction has 10 bits.
    /// </summary>
    public static bool IsMissing(Device device)
    {
        using IDisposable switches = Allow();
        using var state = TorchState.EnterWithoutGradients();
        using DisposeScope scope = NewDisposeScope();
        using Scalar between = Scalars.Of(1 + (1.0 / 4096));
        // So large that no library takes a path of its own for small products.
        Tensor numbers = CpuTensors.Ones([Side, Side]).mul(between).to(device),
            one = CpuTensors.Ones([Side]).diag().to(device);
        return numbers.matmul(one).eq(numbers).all().cpu().item<bool>();
    }

    private sealed class Usage : IDisposable
    {
        private bool _disposed;

        public void Dispose()
        {
            lock (Access)
            {
                if (_disposed)
                    return;
                _disposed = true;
                if (--users == 0)
                    (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32) = callers;
            }
        }
    }
}
