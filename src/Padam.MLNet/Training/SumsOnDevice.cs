using Padam.MLNet.Input;
using Padam.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Training;

/// <summary>
/// A device's way: losses and answers are added up there, and read every <see cref="StepPart.StepsARead"/> steps and at the epoch's end, so
/// that the host runs ahead. The sums are those since the epoch began, whenever they are read: resumed trainings have the same.
/// </summary>
internal sealed class SumsOnDevice : IStepMetrics
{
    private const int Five = 5;

    private readonly int _classes;
    private readonly KernelPenalty _penalty;
    private readonly DeviceTransfer _device;
    private readonly Tensor _classNumbers;
    private RunningMetrics _metrics = new();

    // Loss, right answers, those in five; images, right answers and answers by class.
    private Tensor? _sums;
    private double _weight;
    private int _images;
    private bool _isRead = true;

    /// <param name="classes">Classes.</param>
    /// <param name="penalty">What joins each loss.</param>
    /// <param name="device">The way to the device.</param>
    internal SumsOnDevice(int classes, KernelPenalty penalty, DeviceTransfer device)
    {
        (_classes, _penalty, _device) = (classes, penalty, device);
        using DisposeScope scope = NewDisposeScope();
        long[] numbers = [.. Enumerable.Range(0, classes).Select(c => (long)c)];
        _classNumbers = device.Move(CpuTensors.Of(numbers, [1, classes])).DetachFromDisposeScope();
    }

    public double Loss { get; private set; }

    public void Begin(RunningMetrics metrics)
    {
        using DisposeScope scope = NewDisposeScope();
        RunningSums begun = metrics.Sums;
        ClassCounts counts = begun.Classes ?? new(_classes);
        (_metrics, _images, _weight, Loss) = (metrics, begun.Images, begun.Weight ?? begun.Images, begun.Loss);
        double[] sums = [begun.Loss, begun.Right, begun.RightInFive, .. counts.Images, .. counts.Right, .. counts.Predicted];
        _sums?.Dispose();
        _sums = _device.Move(CpuTensors.Of(sums, [sums.Length])).DetachFromDisposeScope();
    }

    public bool Take(StepLoss loss)
    {
        using var state = TorchState.EnterWithoutGradients();
        using Scalar ofImages = Scalars.Of(loss.Weight / loss.Divisor),
            weight = Scalars.Of(loss.Weight);
        Tensor sum = Part(0, 1);
        sum.add_(loss.Value.detach().to(ScalarType.Float64).mul(ofImages), Scalars.One);
        if (_penalty.OnDevice() is { } penalty)
            sum.add_(penalty.mul(weight), Scalars.One);
        _weight += loss.Weight;
        return true;
    }

    public void Take(Tensor logits, Tensor labels, StepPart part)
    {
        using var state = TorchState.EnterWithoutGradients();
        AddAnswers(logits.detach(), labels);
        _images += (int)labels.shape[0];
        _isRead = false;
        if (part.IsRead)
            Finish();
    }

    public void Finish()
    {
        if (_isRead)
            return;
        double[] sums = HostReading.Read<double>(_sums!);
        _metrics.Sums = new(sums[0], (int)sums[1], (int)sums[2], _images)
        {
            Weight = _weight,
            Classes = new(Counts(0), Counts(1), Counts(2)),
        };
        (Loss, _isRead) = (sums[0], true);

        int[] Counts(int which) => [.. sums.Skip(3 + (which * _classes)).Take(_classes).Select(count => (int)count)];
    }

    public void Dispose()
    {
        _classNumbers.Dispose();
        _sums?.Dispose();
    }

    // Of equal scores the lower class comes first, as RunningMetrics has it.
    private void AddAnswers(Tensor logits, Tensor labels)
    {
        using Scalar none = Scalars.Of(0),
            five = Scalars.Of(Five);
        Tensor label = labels.view(-1, 1),
            own = logits.gather(1, label);
        Tensor isAhead = logits.gt(own).bitwise_or(logits.eq(own).bitwise_and(_classNumbers.lt(label))),
            rank = isAhead.sum(1);
        Tensor right = rank.eq(none).to(ScalarType.Float64),
            rightInFive = rank.lt(five).to(ScalarType.Float64);
        Part(1, 1).add_(right.sum(), Scalars.One);
        Part(2, 1).add_(rightInFive.sum(), Scalars.One);
        ByClass(0).scatter_add_(0, labels, right.ones_like());
        ByClass(1).scatter_add_(0, labels, right);
        ByClass(2).scatter_add_(0, logits.argmax(1), right.ones_like());
    }

    private Tensor Part(int start, int length) => _sums!.narrow(0, start, length);

    private Tensor ByClass(int which) => Part(3 + (which * _classes), _classes);
}
