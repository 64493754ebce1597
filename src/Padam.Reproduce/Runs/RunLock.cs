using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Runs;

/// <summary>
/// A file that one process at a time holds open; the operating system lets go of it when that process ends, however it ends. It is removed
/// when it is let go.
/// </summary>
internal sealed class RunLock : IDisposable
{
    private readonly FileStream file;

    private RunLock(FileStream file) => this.file = file;

    /// <summary>The lock, or null where another process has it.</summary>
    /// <exception cref="IOException">The file cannot be made.</exception>
    public static RunLock? Take(string path)
    {
        while (true)
        {
            FileStream stream;
            try
            {
                stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
            }
            catch (IOException fault) when (IsHeld(fault))
            {
                return null;
            }

            // Between opening and locking, the holder before may have removed the name that this file had.
            if (File.Exists(path))
                return new RunLock(stream);
            stream.Dispose();
        }
    }

    /// <summary>Waits for it as long as others take who hold it for a moment.</summary>
    /// <exception cref="CommandException">They take too long.</exception>
    public static RunLock Await(string path)
    {
        for (int attempt = 0; attempt < 600; attempt++)
        {
            if (Take(path) is { } held)
                return held;
            Thread.Sleep(TimeSpan.FromMilliseconds(100));
        }

        throw new CommandException($"'{path}' is held by another process for more than a minute. Is one stopped?");
    }

    public void Dispose() => file.Dispose();

    /// <summary>EWOULDBLOCK of Linux, that of macOS, and Windows' sharing violation.</summary>
    private static bool IsHeld(IOException fault) => fault.HResult is 11 or 35 or unchecked((int)0x80070020);
}
