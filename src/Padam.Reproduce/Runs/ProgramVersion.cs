namespace Padam.Reproduce.Runs;

/// <summary>The version of this program, and the commit that it was built from.</summary>
/// <param name="Number">Such as 1.0.0.</param>
/// <param name="Commit">Its hash; <see cref="NoCommit"/> where it was built without git.</param>
internal sealed record ProgramVersion(string Number, string Commit)
{
    /// <summary>In place of a commit where none is known.</summary>
    public const string NoCommit = "unknown";

    public static ProgramVersion This { get; } = Of(RunSummary.ThisVersion);

    /// <param name="informational">The assembly's informational version: 1.0.0 or 1.0.0+COMMIT.</param>
    public static ProgramVersion Of(string informational) =>
        informational.Split('+', 2) is [var number, { Length: > 0 } commit]
            ? new(number, commit)
            : new(informational.TrimEnd('+'), NoCommit);
}
