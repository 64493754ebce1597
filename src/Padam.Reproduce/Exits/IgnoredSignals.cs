using System.Globalization;

namespace Padam.Reproduce.Exits;

/// <summary>
/// The signals that this process was started to ignore, as <c>nohup</c> does it. .NET's own handlers would override that.
/// </summary>
internal static class IgnoredSignals
{
    private const int SigHup = 1;

    /// <summary>Read once, before any handler is registered.</summary>
    public static bool HangUp { get; } = Ignores(SigHup);

    // Linux alone says it; elsewhere a hang-up stops the training, which saves.
    private static bool Ignores(int signal)
    {
        const string status = "/proc/self/status",
            field = "SigIgn:";
        if (
            !File.Exists(status)
            || File.ReadLines(status).FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal)) is not { } line
        )
            return false;
        return ulong.TryParse(line.AsSpan(field.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong mask)
            && (mask >> (signal - 1) & 1) == 1;
    }
}
