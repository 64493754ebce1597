namespace Padam.Reproduce.Exits;

/// <summary>How the console ends; 128 + the signal's number where a signal stopped it.</summary>
internal static class ExitCode
{
    public const int Success = 0,
        Failure = 1,
        Usage = 2,
        HungUp = 129,
        Interrupted = 130,
        Terminated = 143;
}
