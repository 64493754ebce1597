using Padam.MLNet.Tests;

namespace Padam.Fuzz;

/// <summary>One of the things that are read from files that anybody may have written.</summary>
/// <param name="Name">What it is called on the command line.</param>
/// <param name="Seeds">Honest inputs to begin with, small.</param>
/// <param name="Open">
/// Makes ready, in a folder of its own, what reads one input: it returns, or throws one of the documented exceptions
/// (<see cref="IsDocumented"/>). All else is a finding.
/// </param>
internal sealed record Reader(string Name, Func<TemporaryFolder, IEnumerable<byte[]>> Seeds, Func<TemporaryFolder, Action<byte[]>> Open)
{
    /// <summary>An input by itself: read to its end, or refused by an exception that the reader documents.</summary>
    /// <returns>Whether it was read.</returns>
    internal static bool Try(Action<byte[]> read, byte[] input)
    {
        try
        {
            read(input);
            return true;
        }
        catch (Exception fault) when (IsDocumented(fault))
        {
            return false;
        }
    }

    private static bool IsDocumented(Exception fault) => fault is IOException or InvalidDataException or Reproduce.Exits.CommandException;
}
