using System.Runtime.InteropServices;
using Padam.MLNet.Data;

namespace Padam.MLNet.Training;

/// <summary>An error of libtorch in a step, in one sentence with the network's name and what it was given.</summary>
internal static class StepFault
{
    internal static Exception Of(ExternalException fault, string backbone, ImageShape images, long batch)
    {
        string step = $"A step of {backbone} on {batch} images of {images}";
        return IsOutOfMemory(fault)
            ? new InsufficientMemoryException(
                $"{step} does not fit into memory: {FirstLine(fault)} Set a smaller BatchSize or take smaller images (ImageSize).",
                fault
            )
            : new InvalidOperationException($"{step} failed in libtorch: {FirstLine(fault)}", fault);
    }

    /// <summary>What an exception says; libtorch appends a stack trace of its own.</summary>
    internal static string FirstLine(Exception fault)
    {
        string line = fault.Message.Split('\n')[0].Trim();
        return line.EndsWith('.') ? line : $"{line}.";
    }

    private static bool IsOutOfMemory(ExternalException fault) =>
        fault.Message.Contains("allocate memory", StringComparison.Ordinal) // the CPU's
        || fault.Message.Contains("out of memory", StringComparison.Ordinal); // a GPU's
}
