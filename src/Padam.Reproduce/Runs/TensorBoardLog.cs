using Padam.MLNet;
using TorchSharp;
using TorchSharp.Modules;

namespace Padam.Reproduce.Runs;

/// <summary>The metrics as TensorBoard event files, by TorchSharp's writer.</summary>
internal sealed class TensorBoardLog : IDisposable
{
    private readonly SummaryWriter _writer;

    public TensorBoardLog(string folder)
    {
        Directory.CreateDirectory(folder);
        _writer = torch.utils.tensorboard.SummaryWriter(folder, createRunName: false);
    }

    public void Append(EpochMetrics metrics)
    {
        Add("loss/train", metrics.Loss, metrics.Epoch);
        Add("accuracy/train", metrics.Accuracy, metrics.Epoch);
        Add("loss/test", metrics.ValidationLoss, metrics.Epoch);
        Add("accuracy/test", metrics.ValidationAccuracy, metrics.Epoch);
        Add("top5/test", metrics.ValidationTop5Accuracy, metrics.Epoch);
        Add("learning rate", metrics.LearningRate, metrics.Epoch);
        Add("p", metrics.Partial, metrics.Epoch);
    }

    public void Dispose() => (_writer as IDisposable)?.Dispose();

    private void Add(string tag, double? value, int epoch)
    {
        if (value is { } number)
            _writer.add_scalar(tag, (float)number, epoch);
    }
}
