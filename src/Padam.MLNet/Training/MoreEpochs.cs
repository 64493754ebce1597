namespace Padam.MLNet.Training;

/// <summary>Whether a training of more epochs begins as one of fewer did, so that it can go on from that one's checkpoint.</summary>
internal static class MoreEpochs
{
    /// <summary>What of the options makes it another training from the first step, a sentence each; nothing where it can go on.</summary>
    internal static IEnumerable<string> Faults(ITrainingOptions options)
    {
        if (options.Schedule.SpansTraining)
            yield return $"Schedule is '{options.Schedule}', which spans the whole training{Remedy}";
        if (options.PartialSchedule is { SpansTraining: true } partial)
            yield return $"PartialSchedule is '{partial}', which spans the whole training{Remedy}";
        if (options.Averaging is Lookahead { Power: > 0 } lookahead)
            yield return FormattableString.Invariant($"Averaging.Power is {lookahead.Power}, and Lookahead's decay grows over the whole ")
                + "training: only 0 leaves its beginning as it was.";
        if (options is { Inference.TestTimeAugmentation: not TestTimeAugmentation.None, EarlyStopping: null, RestoreBestWeights: false })
            yield return $"Inference.TestTimeAugmentation is {options.Inference.TestTimeAugmentation}, with which the last epoch alone was "
                + "measured: the metrics would be no longer those of one training.";
    }

    /// <exception cref="InvalidOperationException">More epochs are asked for than the checkpoint's training had.</exception>
    internal static void Require(CheckpointPosition position, ITrainingOptions options, string file)
    {
        if (options.Epochs > position.Epochs && Faults(options).ToArray() is { Length: > 0 } faults)
            throw new InvalidOperationException(
                $"'{file}' is of a training of {position.Epochs} epochs, and one of {options.Epochs} is another from its first step: "
                    + $"{string.Join(" ", faults)} Use another CheckpointFolder."
            );
    }

    private const string Remedy = ": only Schedule.Constant, MultiStep and StepDecay leave its beginning as it was.";
}
