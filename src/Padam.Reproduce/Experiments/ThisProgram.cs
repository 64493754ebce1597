namespace Padam.Reproduce.Experiments;

/// <summary>How this program is started once more.</summary>
internal static class ThisProgram
{
    /// <summary>The words before its arguments: its own name, or <c>dotnet</c> and its assembly.</summary>
    public static IReadOnlyList<string> Start { get; } =
        Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet"
            ? [Environment.ProcessPath!, Path.Combine(AppContext.BaseDirectory, $"{typeof(ThisProgram).Assembly.GetName().Name}.dll")]
            : [Environment.ProcessPath!];
}
