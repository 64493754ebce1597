using static TorchSharp.torch;

namespace Padam.MLNet.Native;

/// <summary>libtorch's switches for TF32 on a GPU, which are the whole process's.</summary>
internal static class TensorFloat32
{
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
