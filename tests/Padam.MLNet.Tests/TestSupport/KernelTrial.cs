using Padam.MLNet.Kernels;
using Padam.MLNet.Layers;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests;

/// <summary>
/// Every kernel once, on a shape drawn at random, against libtorch. All memory comes from the guarded pool, that of the arguments too, so
/// that a kernel that writes or reads beyond any of it is found.
/// </summary>
internal sealed class KernelTrial
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

    private void Convolution()
    {
        int batch = _random.Next(1, 10),
            inputs = Channels(),
            outputs = Channels(),
            padding = _random.Next(2),
            smallest = padding == 1 ? 1 : 3,
            height = _random.Next(smallest, 21),
            width = _random.Next(smallest, 21);
        // Maps of 2x2 have kernels of their own.
        if (_random.Next(8) == 0)
            (height, width, padding) = (2, 2, 1);
        Activation activation = DrawActivation();
        _shape = $"convolution {batch}x{inputs}->{outputs}@{height}x{width}, padding {padding}";
        Tensor x = Maps(batch, inputs, height, width),
            weight = Pooled(randn(outputs, inputs, 3, 3).div_(MathF.Sqrt(9 * inputs)).ToChannelsLast()),
            bias = Pooled(randn(outputs));
        Tensor input = x.detach().requires_grad_(),
            filters = weight.detach().requires_grad_();
        Tensor y = nn.functional.conv2d(input, filters, bias, padding: [padding, padding]);
        Tensor dy = Maps(y.shape);
        IList<Tensor> gradients = autograd.grad([y], [input, filters], [dy]);
        Compare("output", y.Activated(activation), WinogradConvolution.Forward(x, weight, bias, padding, activation));
        Compare("input gradient", gradients[0], WinogradConvolution.InputGradient(dy, weight, padding, height, width));
        Compare("weight gradient", gradients[1], WinogradConvolution.WeightGradient(x, dy, weight, padding));
    }

    private unsafe void Product()
    {
        const int panel = PanelProduct.Panel;
        int rows = PanelProduct.RowGroup * _random.Next(1, 9),
            terms = 8 * _random.Next(1, 65),
            panels = PanelProduct.Panels(terms);
        _shape = $"product {rows}x{terms}x{panel}";
        Tensor v = Pooled(randn(panels, rows, panel)),
            u = Pooled(randn(terms, panel)),
            m = PooledTensor.EmptyLike(v[0], "product"),
            inPieces = PooledTensor.EmptyLike(v[0], "product in pieces"),
            ofRows = PooledTensor.EmptyLike(v[0], "product of rows"),
            plain = Pooled(v.transpose(0, 1).reshape(rows, panels * panel).narrow(1, 0, terms).contiguous()),
            du = PooledTensor.EmptyLike(u.narrow(0, 0, 1).expand(panel, panel).contiguous(), "transposed product");
        float* left = TensorMemory.Floats(v),
            right = TensorMemory.Floats(u);
        if (Register16.IsSupported)
            Products<Register16>();
        else if (Register8.IsSupported)
            Products<Register8>();
        else
            Products<Register4>();

        void Products<T>()
            where T : unmanaged, IRegister<T>
        {
            float* product = TensorMemory.Floats(m),
                again = TensorMemory.Floats(inPieces),
                byRows = TensorMemory.Floats(ofRows),
                rowsOfLeft = TensorMemory.Floats(plain);
            PanelProduct.Multiply<T>(left, rows * panel, right, terms, rows, product);
            PanelProduct.MultiplyTransposed<T>(left, product, rows, TensorMemory.Floats(du), add: false);
            for (int first = 0; first < terms; first += PanelProduct.TermsAtOnce)
            {
                int count = Math.Min(PanelProduct.TermsAtOnce, terms - first);
                PanelProduct.Multiply<T>(left + first * rows, rows * panel, right + first * panel, count, rows, again, add: first > 0);
                PanelProduct.MultiplyRows<T>(rowsOfLeft + first, terms, right + first * panel, count, rows, byRows, first > 0, panel);
            }
        }

        if (!m.equal(inPieces).all().item<bool>())
            _faults.Add($"{_shape}: in pieces it has other bits");
        if (!m.equal(ofRows).all().item<bool>())
            _faults.Add($"{_shape}: of rows it has other bits");
        Compare("product", matmul(plain, u), m);
        Compare("transposed product", matmul(v[0].t(), m), du);
    }

    private void Patches()
    {
        int kernel = _random.Next(1, 6),
            inputs = _random.Next(1, 32 / (kernel * kernel) + 1),
            batch = _random.Next(1, 10),
            outputs = 8 * _random.Next(1, 17),
            stride = _random.Next(1, 4),
            padding = _random.Next(kernel + 1),
            smallest = Math.Max(1, kernel - 2 * padding),
            height = _random.Next(smallest, smallest + 21),
            width = _random.Next(smallest, smallest + 21);
        Activation activation = DrawActivation();
        _shape = $"patches {batch}x{inputs}->{outputs}@{height}x{width}, kernel {kernel}, stride {stride}, padding {padding}";
        Tensor x = Maps(batch, inputs, height, width),
            weight = Pooled(randn(outputs, inputs, kernel, kernel).ToChannelsLast()),
            bias = Pooled(randn(outputs)),
            filters = weight.detach().contiguous().requires_grad_();
        // In the plain layout: in channels-last libtorch reads beyond its memory for the gradient of 1x1 filters of few channels.
        Tensor y = nn.functional.conv2d(x.contiguous(), filters, bias, strides: [stride, stride], padding: [padding, padding]);
        Tensor dy = Maps(y.shape);
        Tensor gradient = autograd.grad([y], [filters], [dy.contiguous()])[0];
        Compare("output", y.Activated(activation), PatchConvolution.Forward(x, weight, bias, stride, padding, activation));
        Compare("weight gradient", gradient, PatchConvolution.WeightGradient(x, dy, weight, stride, padding));
    }

    private void Im2col()
    {
        // Mostly what the networks have: 1x1 and 3x3, stride 1 and 2.
        int kernel = _random.GetItems([1, 3, 1, 3, 1, 3, 2, 4, 5], 1)[0],
            stride = _random.GetItems([1, 2, 2, 3], 1)[0],
            padding = _random.Next(2) == 0 ? kernel / 2 : _random.Next(kernel + 1),
            batch = _random.Next(1, 10),
            inputs = Channels(),
            outputs = Channels(),
            smallest = Math.Max(1, kernel - 2 * padding),
            height = _random.Next(smallest, smallest + 21),
            width = _random.Next(smallest, smallest + 21);
        Activation activation = DrawActivation();
        _shape = $"im2col {batch}x{inputs}->{outputs}@{height}x{width}, kernel {kernel}, stride {stride}, padding {padding}";
        Tensor x = Maps(batch, inputs, height, width),
            weight = randn(outputs, inputs, kernel, kernel).div_(kernel * MathF.Sqrt(inputs)),
            bias = Pooled(randn(outputs));
        // In the plain layout, as above.
        Tensor input = x.detach().contiguous().requires_grad_(),
            filters = weight.detach().requires_grad_();
        Tensor y = nn.functional.conv2d(input, filters, bias, strides: [stride, stride], padding: [padding, padding]);
        Tensor dy = Maps(y.shape);
        IList<Tensor> gradients = autograd.grad([y], [input, filters], [dy.contiguous()]);
        weight = Pooled(_random.Next(4) == 0 ? weight : weight.ToChannelsLast());
        Compare("output", y.Activated(activation), Im2colConvolution.Forward(x, weight, bias, stride, padding, activation));
        Compare("input gradient", gradients[0], Im2colConvolution.InputGradient(x, dy, weight, stride, padding));
        Compare("weight gradient", gradients[1], Im2colConvolution.WeightGradient(x, dy, weight, stride, padding));
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
