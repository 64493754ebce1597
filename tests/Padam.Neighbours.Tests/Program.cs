namespace Padam.Neighbours.Tests;

/// <summary>
/// The tests, or, with the argument <c>use</c> and the names of libraries in the order in which they are to be used, what they start as a
/// process of its own.
/// </summary>
internal static class Program
{
    internal const string Use = "use";

    private static Task<int> Main(string[] args) =>
        args is [Use, .. var names] ? Task.FromResult(Uses.Run(names)) : MicrosoftTestingPlatformApplication.RunAsync(args);
}
