using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Data;

/// <summary>A file that the user named to write.</summary>
internal static class OutputFile
{
    /// <summary>Refuses a name that does not say of what kind the file is.</summary>
    /// <param name="file">The file.</param>
    /// <param name="option">What it was named with, such as --out.</param>
    /// <param name="ending">What it must end in, such as .png.</param>
    /// <exception cref="UsageException">It ends in something else.</exception>
    public static void RequireEnding(string file, string option, string ending)
    {
        if (FaultOfEnding(file, option, ending) is { } fault)
            throw new UsageException(fault);
    }

    /// <summary>The same as a sentence; null where it does.</summary>
    public static string? FaultOfEnding(string file, string option, string ending) =>
        file.EndsWith(ending, StringComparison.OrdinalIgnoreCase) ? null : $"{option} '{file}' must end in {ending}.";

    /// <summary>Proves that it may be written, and makes its folder if need be, before any work.</summary>
    /// <param name="file">The file.</param>
    /// <param name="option">What it was named with, such as --out.</param>
    /// <param name="force">Whether one that is there may be overwritten.</param>
    /// <exception cref="CommandException">It may not, or its folder cannot be written to.</exception>
    public static void Require(string file, string option, bool force)
    {
        if (Directory.Exists(file))
            throw new CommandException($"'{file}' is a folder. Choose another {option}.");
        if (!force && File.Exists(file))
            throw new CommandException($"'{file}' exists. Choose another {option}, or overwrite it with --force.");
        OutputFolder.Require(Path.GetDirectoryName(Path.GetFullPath(file))!, option);
    }
}
