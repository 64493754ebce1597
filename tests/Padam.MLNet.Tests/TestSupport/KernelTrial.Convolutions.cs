using Padam.MLNet.Kernels;
using Padam.MLNet.Layers;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests;

internal sealed partial class KernelTrial
{
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
}
