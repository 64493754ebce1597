using Padam.MLNet;

namespace Padam.Reproduce.Runs;

/// <summary>Shows one training after another while it runs.</summary>
internal interface ITrainingDisplay
{
    /// <summary>A training begins; <paramref name="title"/> tells it from the others.</summary>
    void Begin(string title);

    /// <summary>A batch is done.</summary>
    void Batch(TrainingProgress progress);

    /// <summary>An epoch is done, its test pass included.</summary>
    void Epoch(EpochMetrics metrics);

    /// <summary>A line of text between trainings.</summary>
    void Say(string line);

    /// <summary>A line that is no result.</summary>
    void Warn(string line);
}
