using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Padam.Reproduce.Exits;

/// <summary>
/// What an exception means to who sits at the console. What the library, this program or ML.NET says on purpose, and what goes wrong with
/// files and memory, is a sentence for the user; anything else is a fault of the program, and stays recognisable as one.
/// </summary>
/// <param name="Sentence">What to print.</param>
/// <param name="Trace">Where it happened, for a fault of the program; else null.</param>
internal sealed record Failure(string Sentence, string? Trace = null)
{
    private static readonly string[] Speakers = ["padam-reproduce", "Padam.MLNet", "Microsoft.ML"];

    public static Failure Of(Exception thrown)
    {
        Exception cause = Cause(thrown);
        return cause switch
        {
            CommandException or UsageException => new(cause.Message),
            InsufficientMemoryException => OfLibrary(cause),
            OutOfMemoryException => OutOfMemory(),
            DllNotFoundException or BadImageFormatException or EntryPointNotFoundException => NativeLibrary(cause),
            ExternalException => OfLibtorch(cause),
            IOException or UnauthorizedAccessException or InvalidDataException => OfLibrary(cause),
            ArgumentException
            or InvalidOperationException
            or NotSupportedException
            or ArithmeticException
            or FormatException when IsSpoken(cause) || IsOfAFile(cause) => OfLibrary(cause),
            _ => Bug(cause),
        };
    }

    /// <summary>Whether it is for the user to act on.</summary>
    public bool IsForTheUser => Trace is null;

    // What others wrapped around it says nothing more.
    private static Exception Cause(Exception thrown) =>
        thrown switch
        {
            AggregateException { InnerException: { } inner } => Cause(inner),
            TargetInvocationException { InnerException: { } inner } => Cause(inner),
            TypeInitializationException { InnerException: { } inner } => Cause(inner),
            InvalidOperationException { InnerException: { } inner } when IsOfAReadingThread(thrown) => Cause(inner),
            _ => thrown,
        };

    // ML.NET reads columns on threads of its own, and wraps what happens there.
    private static bool IsOfAReadingThread(Exception thrown) =>
        thrown.Message.StartsWith("Splitter/consolidator worker encountered exception", StringComparison.Ordinal);

    private static Failure OfLibrary(Exception cause) => new(ConsoleWords.Of(cause.Message));

    private static Failure OutOfMemory() =>
        new("Memory ran out. Use a smaller --batch-size, a smaller network or fewer images (--train-limit), or close other programs.");

    private static Failure NativeLibrary(Exception cause) =>
        new(
            $"A native library is missing or cannot be loaded: {FirstLine(cause.Message)} Build the program again (`dotnet build -c "
                + "Release src/Padam.Reproduce`), or see docs/gpu.md where PADAM_LIBTORCH is set."
        );

    private static Failure OfLibtorch(Exception cause)
    {
        string said = FirstLine(cause.Message);
        if (said.Contains("CUDA out of memory", StringComparison.Ordinal))
            return new($"The GPU's memory ran out. Use a smaller --batch-size or network. (libtorch: {said})");
        if (said.Contains("memory", StringComparison.OrdinalIgnoreCase) && said.Contains("alloc", StringComparison.OrdinalIgnoreCase))
            return new($"{OutOfMemory().Sentence} (libtorch: {said})");
        return said.Contains("CUDA", StringComparison.Ordinal)
            ? new($"The GPU cannot be used: {said} Use --device cpu, or see docs/gpu.md.")
            : Bug(cause);
    }

    private static Failure Bug(Exception cause) =>
        new(
            $"This is a fault of padam-reproduce, not of what it was given: {cause.GetType().Name}, {FirstLine(cause.Message)} Please "
                + "report it with the lines below.",
            cause.StackTrace ?? ""
        );

    /// <summary>Whether someone meant to say it: thrown by code that checks what it is given, not in mid-work by .NET itself.</summary>
    private static bool IsSpoken(Exception cause) =>
        Thrower(cause)?.Module.Assembly.GetName().Name is { } name
        && Speakers.Any(speaker => name.StartsWith(speaker, StringComparison.Ordinal));

    // A file that is larger than its file system or a limit of the user's allows is no IOException.
    private static bool IsOfAFile(Exception cause) =>
        cause is ArgumentOutOfRangeException && Thrower(cause)?.DeclaringType?.Namespace == typeof(File).Namespace;

    private static MethodBase? Thrower(Exception cause) =>
        new StackTrace(cause)
            .GetFrames()
            .Select(frame => frame.GetMethod())
            .FirstOrDefault(method => method is not null && !IsThrowHelper(method));

    // ArgumentException.ThrowIfNullOrEmpty and its like, and how .NET turns the system's error numbers into exceptions.
    private static bool IsThrowHelper(MethodBase method) =>
        method.Name.StartsWith("Throw", StringComparison.Ordinal) || method.DeclaringType is { Namespace: null, Name: "Interop" };

    private static string FirstLine(string message)
    {
        string line = message.Split('\n', 2)[0].Trim();
        return line.EndsWith('.') ? line : line + ".";
    }
}
