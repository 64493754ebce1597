namespace Padam.Reproduce.Exits;

/// <summary>A failure that the user can act on: its message is the one sentence printed before exit code 1.</summary>
internal sealed class CommandException(string message, Exception? inner = null) : Exception(message, inner);
