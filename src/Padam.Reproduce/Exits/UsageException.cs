namespace Padam.Reproduce.Exits;

/// <summary>Options that do not go together: exit code 2.</summary>
/// <param name="faults">A sentence each, which is a line each.</param>
internal sealed class UsageException(params IEnumerable<string> faults) : Exception(string.Join(Environment.NewLine, faults));
