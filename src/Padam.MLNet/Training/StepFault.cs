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
            ? new InsufficientMemoryException($"{step} does not fit into memory: {FirstLine(fault)} {Remedy(batch)}", fault)
            : new InvalidOperationException($"{step} failed in libtorch: {FirstLine(fault)}", fault);
    }

    // What is taken grows with the batch, and by how much is not known here: half of it is the next to try.
    private static string Remedy(long batch) =>
        batch > 1
            ? $"Set BatchSize to {batch / 2} or less, or take smaller images (ImageSize)."
            : "Take smaller images (ImageSize, Transforms.ResizeImages) or a smaller network.";

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
