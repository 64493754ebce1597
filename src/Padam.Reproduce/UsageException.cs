namespace Padam.Reproduce;

/// <summary>Options that are each right, but not together: exit code 2.</summary>
internal sealed class UsageException(string message) : Exception(message);
