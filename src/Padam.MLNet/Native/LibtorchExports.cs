using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Padam.MLNet.Native;

/// <summary>What the libtorch in this process, and the libraries that it was linked with, give by name. Linux only.</summary>
internal static class LibtorchExports
{
    /// <summary>An address; 0 where there is none of that name, or libtorch is not loaded yet.</summary>
    internal static nint Find(string name) =>
        OperatingSystem.IsLinux()
        && Libtorch(Modules()) is { } libtorch
        && NativeLibrary.TryLoad(libtorch.FileName, out nint library)
        && NativeLibrary.TryGetExport(library, name, out nint address)
            ? address
            : 0;

    /// <summary>The file that an address of <see cref="Find"/> lies in.</summary>
    internal static string FileOf(nint address)
    {
        ProcessModule[] modules = Modules();
        return (modules.FirstOrDefault(module => Holds(module, address)) ?? Libtorch(modules)!).FileName;
    }

    private static ProcessModule[] Modules()
    {
        using var process = Process.GetCurrentProcess();
        return [.. process.Modules.Cast<ProcessModule>()];
    }

    private static ProcessModule? Libtorch(ProcessModule[] modules) =>
        modules.FirstOrDefault(module => module.ModuleName == "libtorch_cpu.so");

    private static bool Holds(ProcessModule module, nint address) =>
        address >= module.BaseAddress && address - module.BaseAddress < module.ModuleMemorySize;
}
