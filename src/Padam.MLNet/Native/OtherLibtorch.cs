using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Padam.MLNet.Native;

/// <summary>
/// The libtorch of a PyTorch installation instead of the one that came with the program: <c>PADAM_LIBTORCH</c> names its <c>torch/lib</c>;
/// or that of another program, with TorchSharp's own library beside it. Linux only.
/// </summary>
internal static partial class OtherLibtorch
{
    internal const string Variable = "PADAM_LIBTORCH";

    private const string TorchSharpsOwn = "libLibTorchSharp.so";

    // Each needs those before it. What only a CUDA build has, or only a program, is left out where it is not there.
    private static readonly (string File, bool IsOptional)[] Libraries =
    [
        ("libc10.so", false),
        ("libc10_cuda.so", true),
        ("libtorch_cpu.so", false),
        ("libtorch_cuda.so", true),
        ("libtorch.so", false),
        (TorchSharpsOwn, true),
    ];

    /// <summary>The folder that the variable names, or null.</summary>
    internal static string? Folder => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder ? folder : null;

    /// <summary>The version of the libtorch that is used, without loading it: of that in the folder, else of the one wanted.</summary>
    internal static string Version =>
        Folder is not { } folder ? Wanted.ToString()
        : VersionOf(folder) is { } other ? other.ToString()
        : "unknown";

    /// <summary>Loads it. TorchSharp then asks for libtorch by names that are taken, and the loader gives it these.</summary>
    /// <exception cref="DllNotFoundException">It does not fit, with the reason.</exception>
    internal static void Load(string folder)
    {
        if (Fault(folder) is { } fault)
            throw new DllNotFoundException(fault);
        foreach ((string file, bool isOptional) in Libraries)
        {
            string path = Path.GetFullPath(Path.Combine(folder, file));
            if (!isOptional || File.Exists(path))
                NativeLibrary.Load(path);
        }
    }

    /// <summary>Why the libtorch in a folder cannot be used, or null.</summary>
    internal static string? Fault(string folder)
    {
        if (!OperatingSystem.IsLinux())
            return "another libtorch can be used on Linux only. Unset the variable.";
        if (!Directory.Exists(folder))
            return "there is no such folder. Give the folder torch/lib of a PyTorch installation.";
        string[] missing =
        [
            .. Libraries
                .Where(library => !library.IsOptional && !File.Exists(Path.Combine(folder, library.File)))
                .Select(library => library.File),
        ];
        if (missing.Length > 0)
            return $"it does not hold {string.Join(", ", missing)}. Give the folder torch/lib of a PyTorch installation.";
        if (VersionOf(folder) is not { } version)
            return "neither version.py nor build-version above it, nor the deps.json of a program, says which version it is. Give the "
                + "folder torch/lib of a PyTorch installation.";
        // libtorch's C++ interface changes with every minor version, not always where TorchSharp uses it.
        (int, int)[] fitting = [(Wanted.Major, Wanted.Minor), Tried];
        if (!fitting.Contains((version.Major, version.Minor)))
            return $"it is libtorch {version}, and this TorchSharp was built for {Wanted.Major}.{Wanted.Minor} and tried with "
                + $"{Tried.Major}.{Tried.Minor}. Use a PyTorch {Wanted.Major}.{Wanted.Minor} or {Tried.Major}.{Tried.Minor}, or unset the "
                + "variable.";
        if (
            File.Exists(Path.Combine(folder, TorchSharpsOwn))
            && BuiltProgram.Of(folder)?.TorchSharp is var beside
            && beside != WantedTorchSharp
        )
            return $"its {TorchSharpsOwn} is of {(beside is null ? "an unknown TorchSharp" : $"TorchSharp {beside}")}, and this program "
                + $"has {WantedTorchSharp}. Build the program that it belongs to with the same version.";
        return OwnLibtorch() is { } own
            ? $"the program brings a libtorch of its own, '{own}', and one process cannot have two. Build it with -p:TorchBackend=none, "
                + "or without a libtorch package."
            : null;
    }

    // It has all that TorchSharp 0.107 takes from 2.10, and the tests that want a GPU passed with it (docs/gpu.md).
    private static (int Major, int Minor) Tried => (2, 11);

    private static System.Version Wanted { get; } =
        new(
            typeof(OtherLibtorch)
                .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
                .Single(entry => entry.Key == "LibtorchVersion")
                .Value!
        );

    private static System.Version WantedTorchSharp =>
        typeof(TorchSharp.torch).Assembly.GetName().Version is { } own ? new(own.Major, own.Minor, own.Build) : new(0, 0, 0);

    // torch/version.py of a PyTorch installation: __version__ = '2.10.0+cu128'; build-version of a libtorch archive: 2.10.0+cu128.
    private static System.Version? VersionOf(string folder)
    {
        string above = Path.Combine(folder, "..");
        string? text = new[] { "version.py", "build-version" }
            .Select(name => Path.Combine(above, name))
            .Where(File.Exists)
            .Select(File.ReadAllText)
            .FirstOrDefault();
        return text is not null && Number().Match(text) is { Success: true } match
            ? System.Version.Parse(match.ValueSpan)
            : BuiltProgram.Of(folder)?.Libtorch;
    }

    // TorchSharp loads a libtorch beside the program by its full path whatever is loaded already, and a second copy ends the process.
    private static string? OwnLibtorch() =>
        ((string?)AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") ?? "")
            .Split(Path.PathSeparator)
            .Append(AppContext.BaseDirectory)
            .Select(folder => Path.Combine(folder, "libtorch_cpu.so"))
            .FirstOrDefault(File.Exists);

    [GeneratedRegex(@"\d+\.\d+\.\d+")]
    private static partial Regex Number();
}
