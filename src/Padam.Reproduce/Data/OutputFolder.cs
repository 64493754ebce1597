using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Data;

/// <summary>A folder that the user named to write into.</summary>
internal static class OutputFolder
{
    /// <summary>Makes it if need be, and proves that it can be written to, before any work.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="option">What it was named with, such as --out.</param>
    /// <exception cref="CommandException">It cannot be written to.</exception>
    public static void Require(string folder, string option)
    {
        try
        {
            Directory.CreateDirectory(folder);
            string probe = Path.Combine(folder, $".{Guid.NewGuid():N}.tmp");
            using (new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose)) { }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(
                $"The output folder '{folder}' cannot be written: {e.Message.TrimEnd('.')}. Choose another {option}.",
                e
            );
        }
    }
}
