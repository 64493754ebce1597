namespace Padam.MLNet.Training;

/// <summary>Where in the epoch a batch stands.</summary>
/// <param name="IsFirst">Whether it is the first of those that make one step of the optimizer.</param>
/// <param name="IsLast">Whether it is the last of them.</param>
/// <param name="IsRead">Whether a device's losses are read after it.</param>
internal readonly record struct StepPart(bool IsFirst, bool IsLast, bool IsRead)
{
    /// <summary>From one reading of a device's losses to the next.</summary>
    internal const int StepsARead = 50;

    /// <summary>Batches that make one step, but for the epoch's last.</summary>
    /// <param name="batch">The batch, from 0.</param>
    /// <param name="batches">Batches an epoch.</param>
    /// <param name="accumulated">Batches a step.</param>
    internal static StepPart Of(int batch, int batches, int accumulated)
    {
        int done = batch + 1;
        bool isEnd = done == batches;
        return new(
            IsFirst: batch % accumulated == 0,
            IsLast: isEnd || done % accumulated == 0,
            IsRead: isEnd || done % ((long)StepsARead * accumulated) == 0
        );
    }
}
