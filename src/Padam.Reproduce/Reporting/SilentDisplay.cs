using Padam.MLNet;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Reporting;

/// <summary>Of a rank whose first one shows what all do.</summary>
internal sealed class SilentDisplay : ITrainingDisplay
{
    public void Begin(string title) { }

    public void Batch(TrainingProgress progress) { }

    public void Epoch(EpochMetrics metrics) { }

    public void Say(string line) { }

    public void Warn(string line) { }
}
