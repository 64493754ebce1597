namespace Padam.MLNet.Training;

/// <summary>A warning of classes that a model never answers: its accuracy may be fine all the same.</summary>
internal static class UnansweredClasses
{
    private const int Named = 5;

    /// <param name="classes">The classes, from 0, of which the set has images.</param>
    /// <param name="data">What they are called, and which set it was.</param>
    internal static string Warning(IReadOnlyList<int> classes, TrainingData data)
    {
        IReadOnlyList<string>? names = data.Labels.Values.Values;
        string some = string.Join(", ", classes.Take(Named).Select(c => names is null ? $"key {c + 1}" : $"'{names[c]}'"));
        return $"Never once the answer on the {(data.Validation is null ? "training" : "validation")} set, though it has images of them: "
            + (classes.Count > Named ? $"{some} and {classes.Count - Named} more classes." : $"{some}.");
    }
}
