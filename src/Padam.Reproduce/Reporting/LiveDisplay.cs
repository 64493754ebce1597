using System.Globalization;
using Padam.MLNet;
using Padam.Reproduce.Runs;
using Spectre.Console;

namespace Padam.Reproduce.Reporting;

/// <summary>A bar a training, redrawn in place: for terminals.</summary>
internal sealed class LiveDisplay(IAnsiConsole console, ProgressContext bars) : ITrainingDisplay
{
    private string _title = "",
        _testError = "";
    private ProgressTask? _bar;
    private TimeLeft _timeLeft = new();

    /// <summary>Runs <paramref name="work"/> with bars below what is on the screen.</summary>
    public static T Show<T>(IAnsiConsole console, Func<ITrainingDisplay, T> work) =>
        console
            .Progress()
            .HideCompleted(false)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = 24 }, new PercentageColumn())
            .Start(bars => work(new LiveDisplay(console, bars)));

    public void Begin(string title)
    {
        (_title, _testError, _timeLeft) = (title, "", new TimeLeft());
        _bar = bars.AddTask(Markup.Escape(title));
    }

    public void Batch(TrainingProgress progress)
    {
        if (progress.Stage == TrainingStage.Features)
        {
            Update(
                progress.Images,
                progress.ImagesPerEpoch,
                string.Create(CultureInfo.InvariantCulture, $"{_title, -8} features  {progress.ImagesPerSecond:F0} images/s")
            );
            return;
        }

        TimeSpan? left = _timeLeft.After(progress);
        Update(
            progress.Epoch - 1 + (double)progress.Images / progress.ImagesPerEpoch,
            progress.Epochs,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{_title, -8} epoch {progress.Epoch}/{progress.Epochs}  loss {LossText.Of(progress, "F3")}{_testError}  "
                    + $"{progress.ImagesPerSecond:F0} images/s  {TimeLeft.Text(left)} left"
            )
        );
    }

    public void Epoch(EpochMetrics metrics)
    {
        if (metrics.ValidationAccuracy is { } accuracy)
            _testError = string.Create(CultureInfo.InvariantCulture, $"  test error {1 - accuracy:P1}");
        Update(
            metrics.Epoch,
            metrics.Epochs,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{_title, -8} epoch {metrics.Epoch}/{metrics.Epochs}  loss {metrics.Loss:F3}{_testError}  {metrics.ImagesPerSecond:F0} "
                    + $"images/s"
            )
        );
    }

    public void Say(string line) => console.WriteLine(line);

    // On standard error it would tear the bars.
    public void Warn(string line) => Say(line);

    private void Update(double done, int all, string text)
    {
        if (_bar is null)
            return;
        _bar.MaxValue = all;
        _bar.Value = done;
        _bar.Description = Markup.Escape(text);
    }
}
