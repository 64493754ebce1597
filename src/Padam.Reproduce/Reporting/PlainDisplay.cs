using System.Diagnostics;
using System.Globalization;
using Padam.MLNet;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Reporting;

/// <summary>A line an epoch, and one a minute within long epochs, without control characters: for pipes, files and CI.</summary>
internal sealed class PlainDisplay(TextWriter output, TextWriter warnings) : ITrainingDisplay
{
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);
    private readonly Stopwatch _sinceLine = Stopwatch.StartNew();
    private string _title = "";
    private TimeLeft _timeLeft = new();
    private TimeSpan? _left;

    public void Begin(string title)
    {
        _title = title;
        _timeLeft = new TimeLeft();
    }

    public void Batch(TrainingProgress progress)
    {
        if (progress.Stage == TrainingStage.Features)
        {
            if (_sinceLine.Elapsed >= Silence || progress.Images == progress.ImagesPerEpoch)
                Line(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{_title}  features  {progress.Images} of {progress.ImagesPerEpoch} images  {progress.ImagesPerSecond:F0} images/s"
                    )
                );
            return;
        }

        _left = _timeLeft.After(progress);
        if (_sinceLine.Elapsed < Silence)
            return;
        Line(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{_title}  epoch {progress.Epoch}/{progress.Epochs}  {progress.Images} of {progress.ImagesPerEpoch} images  loss "
                    + $"{LossText.Of(progress, "F4")}  {progress.ImagesPerSecond:F0} images/s  {TimeLeft.Text(_left)} left"
            )
        );
    }

    public void Epoch(EpochMetrics metrics)
    {
        string test = metrics.ValidationAccuracy is { } accuracy
            ? string.Create(CultureInfo.InvariantCulture, $"  test error {1 - accuracy:P2}")
            : "";
        Line(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{_title}  epoch {metrics.Epoch}/{metrics.Epochs}  loss {metrics.Loss:F4}  train error {1 - metrics.Accuracy:P2}{test}  "
                    + $"{metrics.ImagesPerSecond:F0} images/s  {TimeLeft.Text(_left)} left"
            )
        );
    }

    public void Say(string line) => output.WriteLine(line);

    public void Warn(string line) => warnings.WriteLine(line);

    private void Line(string line)
    {
        _sinceLine.Restart();
        output.WriteLine(line);
    }
}
