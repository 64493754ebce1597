using Padam.MLNet.Kernels;
using Padam.MLNet.Layers;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests;

/// <summary>
/// Every kernel once, on a shape drawn at random, against libtorch. All memory comes from the guarded pool, that of the arguments too, so
/// that a kernel that writes or reads beyond any of it is found.
/// </summary>
internal sealed partial class KernelTrial
{
    private const double Epsilon = 1e-5;
    private static readonly UpdateRuleCase[] Rules = [.. UpdateRuleCase.All];

    private readonly Random _random;
    private readonly List<string> _faults = [];
    private string _shape = "";

    private KernelTrial(int seed)
    {
        _random = new Random(seed);
        manual_seed(seed);
    }

    /// <summary>What was wrong, each fault a sentence; nothing where all is well.</summary>
    public static IReadOnlyList<string> Faults(int seed)
    {
        var trial = new KernelTrial(seed);
        if (Registers.AreSupported)
        {
            trial.Try(trial.Convolution);
            trial.Try(trial.Product);
            trial.Try(trial.Patches);
            trial.Try(trial.Im2col);
        }

        trial.Try(trial.MaxPool);
        trial.Try(trial.BatchNorm);
        trial.Try(trial.Update);
        return trial._faults;
    }

    // All memory is returned, and its guard words looked at, before the next kernel.
    private void Try(Action kernel)
    {
        try
        {
            using (NewDisposeScope())
                kernel();
            ReturnedGradients.DisposeLast();
            MemoryPool.ThrowIfOverrun();
        }
        catch (MemoryOverrunException overrun)
        {
            _faults.Add($"{_shape}: {overrun.Message}");
        }
    }

    private void MaxPool()
    {
        int batch = _random.Next(1, 10),
            channels = 8 * _random.Next(1, 17),
            height = _random.Next(2, 21),
            width = _random.Next(2, 21);
        _shape = $"max pooling {batch}x{channels}@{height}x{width}";
        Tensor x = Maps(batch, channels, height, width);
        // Ties.
        x.mul_(2).round_();
        Tensor input = x.detach().requires_grad_(),
            y = MaxPooling.ByOperators(input),
            dy = Maps(y.shape);
        Compare("output", y, MaxPooling.Forward(x));
        Compare("input gradient", autograd.grad([y], [input], [dy])[0], MaxPooling.Backward(dy, x));
    }

    private void BatchNorm()
    {
        int batch = _random.Next(1, 10),
            channels = 8 * _random.Next(1, 65),
            height = _random.Next(1, 21),
            width = _random.Next(1, 21);
        // A single value has no variance, and libtorch refuses it.
        if (batch * height * width == 1)
            batch = 2;
        Activation activation = DrawActivation();
        bool hasResidual = _random.Next(2) == 0;
        _shape = $"batch normalisation {batch}x{channels}@{height}x{width}, {activation}, residual {hasResidual}";
        Tensor x = Maps(batch, channels, height, width),
            residual = Maps(x.shape),
            dy = Maps(x.shape);
        x.mul_(3).add_(2);
        Tensor weight = Pooled(rand(channels).add_(0.5)),
            bias = Pooled(randn(channels));

        Tensor[] leaves = [.. new[] { x, weight, bias, residual }.Select(t => t.to_type(ScalarType.Float64).requires_grad_())];
        Tensor y = nn.functional.batch_norm(leaves[0], null, null, leaves[1], leaves[2], training: true, eps: Epsilon);
        if (hasResidual)
            y = y + leaves[3];
        // Whether a rectifier is open at zero is a matter of rounding.
        if (activation == Activation.Relu)
            dy.mul_(y.detach().abs() > 1e-4);
        y = y.Activated(activation);

        IList<Tensor> expected = autograd.grad([y], [.. leaves.Take(hasResidual ? 4 : 3)], [dy.to_type(ScalarType.Float64)]);

        BatchStatistics statistics = BatchNormalization.Statistics(x, Epsilon);
        Tensor? added = hasResidual ? residual : null;
        Compare("output", y, BatchNormalization.Forward(x, weight, bias, added, activation, statistics));
        BatchNormGradients actual = BatchNormalization.Backward(dy, x, weight, bias, added, activation, statistics);
        // Of few values the gradients cancel out: what is left is small beside what was added up.
        double steepest = (leaves[1] / (leaves[0].var([0L, 2, 3], unbiased: false) + Epsilon).sqrt()).max().item<double>();
        Compare("input gradient", expected[0], actual.Input, steepest * dy.abs().max().item<float>());
        Compare("weight gradient", expected[1], actual.Weight, dy.abs().sum([0L, 2, 3]).max().item<float>());
        Compare("bias gradient", expected[2], actual.Bias, dy.abs().sum([0L, 2, 3]).max().item<float>());
        if (hasResidual)
            Compare("residual gradient", expected[3], actual.Residual!);
    }

    private void Update()
    {
        UpdateRuleCase rule = Rules[_random.Next(Rules.Length)];
        long[] Shape() => [_random.Next(1, 70), 16 * _random.Next(1, 9), _random.Next(1, 4), _random.Next(1, 4)];
        Operands Drawn(long[] shape) =>
            new(
                Maps(shape),
                Maps(shape),
                rule.Keeps.M ? Maps(shape) : null,
                rule.Keeps.V ? Maps(shape).abs_() : null,
                rule.Keeps.MaxV ? Maps(shape).abs_() : null
            );
        Operands[] fused = [.. Enumerable.Range(0, 3).Select(_ => Drawn(Shape()))],
            plain =
            [.. fused.Select(o => new Operands(o.Parameter.clone(), o.Gradient.clone(), o.M?.clone(), o.V?.clone(), o.MaxV?.clone()))];
        _shape = $"{rule} of {string.Join(", ", fused.Select(o => $"[{string.Join(", ", o.Parameter.shape)}]"))}";
        rule.ByMemory(fused);
        rule.ByOperators(plain);
        foreach ((Operands expected, Operands actual) in plain.Zip(fused))
        {
            Compare("parameter", expected.Parameter, actual.Parameter);
            foreach ((Tensor? e, Tensor? a) in new[] { (expected.M, actual.M), (expected.V, actual.V), (expected.MaxV, actual.MaxV) })
            {
                if (e is not null)
                    Compare("state", e, a!);
            }
        }
    }

    // Whole panels half of the time.
    private int Channels() => _random.Next(2) == 0 ? 32 * _random.Next(1, 17) : 8 * _random.Next(1, 33);

    private Activation DrawActivation() => _random.GetItems(Enum.GetValues<Activation>(), 1)[0];

    private static Tensor Maps(params long[] shape) => Pooled(randn(shape).ToChannelsLast());

    /// <summary>A copy in guarded memory.</summary>
    private static Tensor Pooled(Tensor values) => PooledTensor.EmptyLike(values, "an argument").copy_(values);

    /// <summary>Notes a fault where two results differ by more than rounding, relative to the largest value or to a scale.</summary>
    private void Compare(string what, Tensor expected, Tensor actual, double scale = 0)
    {
        const double tolerance = 1e-4;
        using var scope = NewDisposeScope();
        if (!expected.shape.SequenceEqual(actual.shape))
        {
            _faults.Add($"{_shape}: {what} is [{string.Join(", ", actual.shape)}]");
            return;
        }

        double largest = Math.Max(expected.abs().max().to_type(ScalarType.Float64).item<double>(), scale),
            error = (actual - expected).abs().max().to_type(ScalarType.Float64).item<double>();
        // Not a number fails too.
        if (!(error <= tolerance * largest))
            _faults.Add($"{_shape}: {what} differs by {error / largest:E1}");
    }
}
