using TorchSharp;

namespace Padam.MLNet.Native;

/// <summary>The first touch of libtorch, with an error that says what to do where it is missing.</summary>
internal static class NativeLibraries
{
    private static readonly Lazy<Exception?> Failure = new(Load);

    internal static void EnsureLoaded()
    {
        TorchSharpEntryPoints.RequireVersion();
        if (Failure.Value is { } failure)
        {
            if (OtherLibtorch.Folder is { } folder)
                throw new DllNotFoundException($"{OtherLibtorch.Variable} is '{folder}', which cannot be used: {Said(failure)}", failure);
            throw new DllNotFoundException(
                "libtorch could not be loaded. Add one package to the program that runs (the library leaves the choice to it): "
                    + $"{Package()} for the CPU, or TorchSharp-cuda-linux / TorchSharp-cuda-windows "
                    + $"for a GPU; or set {OtherLibtorch.Variable} to the torch/lib of a PyTorch installation. What the loader said: "
                    + Said(failure),
                failure
            );
        }

        OneDnn.SwitchOffWhereWrong();
    }

    private static Exception? Load()
    {
        try
        {
            if (OtherLibtorch.Folder is { } folder)
                OtherLibtorch.Load(folder);
            using torch.Tensor probe = CpuTensors.Zeros([1]);
            return null;
        }
        catch (Exception failure)
            when (failure
                    is TypeInitializationException
                        or DllNotFoundException
                        or NotSupportedException
                        or BadImageFormatException
                        or EntryPointNotFoundException
            )
        {
            return failure;
        }
    }

    private static string Package() =>
        OperatingSystem.IsWindows() ? "libtorch-cpu-win-x64"
        : OperatingSystem.IsMacOS() ? "libtorch-cpu-osx-arm64"
        : "libtorch-cpu-linux-x64";

    // TorchSharp's tells every folder that it looked through, on lines of its own; it prints them too.
    private static string Said(Exception failure) =>
        failure.InnerException is { } inner ? Said(inner) : failure.Message.Split('\n', 2)[0].TrimEnd();
}
