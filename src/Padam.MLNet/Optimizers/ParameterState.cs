using Padam.MLNet.Kernels;
using Padam.MLNet.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Optimizers;

/// <summary>
/// What an optimizer remembers of one parameter: how many steps it has taken, and up to three tensors of the parameter's shape and layout.
/// </summary>
internal sealed class ParameterState : OptimizerState, IDisposable
{
    private readonly double _initialSecondMoment;

    /// <param name="parameter">The parameter remembered.</param>
    /// <param name="momentum">Whether there is a first moment; it starts at 0.</param>
    /// <param name="secondMoment">Where the second moment starts; null where there is none.</param>
    /// <param name="maximum">Whether the largest second moment is kept; it starts at 0.</param>
    public ParameterState(Parameter parameter, bool momentum, double? secondMoment, bool maximum)
        : base(parameter)
    {
        _initialSecondMoment = secondMoment ?? 0;
        M = momentum ? Like() : null;
        V = secondMoment is null ? null : Like();
        MaxV = maximum ? Like() : null;
        Forget();
    }

    /// <summary>How many steps the parameter has taken.</summary>
    public long Step { get; set; }

    /// <summary>First moment, or SGD's momentum.</summary>
    public Tensor? M { get; private set; }

    /// <summary>Second moment.</summary>
    public Tensor? V { get; private set; }

    /// <summary>Largest second moment so far.</summary>
    public Tensor? MaxV { get; private set; }

    public Operands With(Tensor gradient) => new(_parameter, gradient, M, V, MaxV);

    /// <summary>Forgets all: the state of a parameter that has taken no step.</summary>
    /// <param name="options">Not needed.</param>
    public override void Initialize(OptimizerOptions options) => Forget();

    public override void SaveStateDict(BinaryWriter writer)
    {
        writer.Write(Step);
        foreach (Tensor? tensor in Tensors)
            Save(writer, tensor);
    }

    public override void LoadStateDict(BinaryReader reader)
    {
        Step = reader.ReadInt64();
        foreach (Tensor? tensor in Tensors)
            Load(reader, tensor);
    }

    public override void LoadStateDict(OptimizerState source)
    {
        var other = (ParameterState)source;
        Step = other.Step;
        foreach (var (mine, theirs) in Tensors.Zip(other.Tensors))
        {
            if (mine is null != theirs is null)
                throw new ArgumentException("The optimizer state holds other moments than this optimizer keeps.", nameof(source));
            mine?.copy_(theirs!);
        }
    }

    public override bool ApproximatelyEquals(OptimizerState other) =>
        other is ParameterState moments
        && Step == moments.Step
        && Tensors
            .Zip(moments.Tensors)
            .All(pair => pair.First is null ? pair.Second is null : pair.Second is not null && pair.First.allclose(pair.Second));

    public override void to(Device device)
    {
        M = Move(M, device);
        V = Move(V, device);
        MaxV = Move(MaxV, device);
    }

    public void Dispose()
    {
        foreach (Tensor? tensor in Tensors)
            tensor?.Dispose();
    }

    private void Forget()
    {
        using var state = TorchState.EnterWithoutGradients();
        using Scalar first = Scalars.Of(_initialSecondMoment);
        Step = 0;
        M?.zero_();
        V?.fill_(first);
        MaxV?.zero_();
    }

    private Tensor?[] Tensors => [M, V, MaxV];

    private Tensor Like() => empty_like(_parameter).DetachFromDisposeScope();

    private static Tensor? Move(Tensor? tensor, Device device)
    {
        if (tensor is null)
            return null;
        Tensor moved = tensor.to(device).DetachFromDisposeScope();
        if (!ReferenceEquals(moved, tensor))
            tensor.Dispose();
        return moved;
    }

    // In plain layout: TorchSharp refuses to write any other, and the state of channels-last parameters is channels-last.
    private static void Save(BinaryWriter writer, Tensor? tensor)
    {
        writer.Write(tensor is not null);
        if (tensor is null)
            return;
        using DisposeScope temporaries = NewDisposeScope();
        tensor.cpu().contiguous().Save(writer);
    }

    private static void Load(BinaryReader reader, Tensor? tensor)
    {
        if (reader.ReadBoolean() != tensor is not null)
            throw new InvalidDataException("The optimizer state holds other moments than this optimizer keeps.");
        if (tensor is null)
            return;
        using DisposeScope temporaries = NewDisposeScope();
        Tensor plain = CpuTensors.Empty(tensor.shape, tensor.dtype);
        plain.Load(reader);
        tensor.copy_(plain);
    }
}
