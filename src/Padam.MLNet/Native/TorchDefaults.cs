using static TorchSharp.torch;

namespace Padam.MLNet.Native;

/// <summary>
/// torch's default type and device, which are the whole process's, for code of the user's: a registered network may leave them out where it
/// makes tensors. (The library names both; see <see cref="CpuTensors"/>.) Nothing is touched where they are as wanted already.
/// </summary>
internal static class TorchDefaults
{
    private static readonly Lock Access = new();
    private static int users;
    private static (ScalarType Type, Device Device) callers,
        ours;

    /// <summary>
    /// Makes float32 the default type and <paramref name="device"/> the default device until the last of those who asked is disposed. Of
    /// several at a time, on several threads, the first one's device holds.
    /// </summary>
    public static IDisposable Use(Device device)
    {
        lock (Access)
        {
            if (users++ == 0)
            {
                (callers, ours) = ((get_default_dtype(), get_default_device()), (ScalarType.Float32, device));
                Set(callers, ours);
            }
        }

        return new Usage();
    }

    private static void Set((ScalarType Type, Device Device) from, (ScalarType Type, Device Device) to)
    {
        if (from.Type != to.Type)
            set_default_dtype(to.Type);
        if ((from.Device.type, from.Device.index) != (to.Device.type, to.Device.index))
            set_default_device(to.Device);
    }

    private sealed class Usage : IDisposable
    {
        public void Dispose()
        {
            lock (Access)
            {
                if (--users == 0)
                    Set(ours, callers);
            }
        }
    }
}
