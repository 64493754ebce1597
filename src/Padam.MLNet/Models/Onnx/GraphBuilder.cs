using System.Runtime.InteropServices;
using Padam.MLNet.Formats;
using Padam.MLNet.Layers;
using static TorchSharp.torch;

namespace Padam.MLNet.Models;

/// <summary>
/// Takes a network down as ONNX nodes. Only operators, and only forms of them, that mean the same in operator sets 9 to 17: ML.NET's
/// converter knows none above 12.
/// </summary>
internal sealed class GraphBuilder : IGraphBuilder
{
    private const int Batch = 0,
        Channels = 1;

    private readonly List<OnnxValue> _inputs = [],
        _outputs = [];
    private readonly List<OnnxNode> _nodes = [];
    private readonly List<OnnxConstant> _constants = [];

    internal OnnxGraph Graph => new(_inputs, _outputs, _nodes, _constants);

    internal GraphValue Input(string name, OnnxType type, long[] shape)
    {
        _inputs.Add(new(name, type, shape));
        return new(name, shape);
    }

    /// <summary>Makes a value one of the graph's answers.</summary>
    internal void Output(GraphValue value, string name, OnnxType type)
    {
        _nodes.Add(new("Identity", [value.Name], [name], new Dictionary<string, long[]>()));
        _outputs.Add(new(name, type, value.Shape));
    }

    public GraphValue Module(nn.Module module, GraphValue input) =>
        module is IExportable ours ? ours.Export(this, input) : TorchModules.Export(module, this, input);

    public GraphValue Convolution(GraphValue input, Tensor weight, Tensor? bias, KernelWindow window, long groups = 1)
    {
        string name = NextName("Conv");
        string[] parts = [input.Name, Constant($"{name}.weight", weight), .. bias is null ? [] : new[] { Constant($"{name}.bias", bias) }];
        return Windowed("Conv", parts, [weight.shape[0], .. window.Output(input.Shape)], window, new() { ["group"] = groups });
    }

    public GraphValue Dense(GraphValue input, Tensor weight, Tensor? bias)
    {
        GraphValue product = MatMul(input, weight.transpose(0, 1));
        return bias is null ? product : Add(product, bias);
    }

    public GraphValue Affine(GraphValue input, Tensor scale, Tensor shift)
    {
        long[] perChannel = [1, input.Shape[0], .. input.Shape.Skip(1).Select(_ => 1L)];
        string factor = Constant($"{NextName("Mul")}.factor", scale.reshape(perChannel));
        GraphValue scaled = Node("Mul", input.Shape, [input.Name, factor]);
        return Node("Add", input.Shape, [scaled.Name, Constant($"{NextName("Add")}.addend", shift.reshape(perChannel))]);
    }

    public GraphValue Subtract(GraphValue input, Tensor numbers) =>
        Node("Sub", input.Shape, [input.Name, Constant($"{NextName("Sub")}.numbers", numbers.reshape([1, .. input.Shape]))]);

    public GraphValue Sum(GraphValue a, GraphValue b) => Node("Add", a.Shape, [a.Name, b.Name]);

    public GraphValue Multiply(GraphValue input, double factor) =>
        Node("Mul", input.Shape, [input.Name, Constant($"{NextName("Mul")}.factor", [(float)factor], [1])]);

    public GraphValue Activated(GraphValue input, Activation activation) =>
        activation switch
        {
            Activation.Relu => Node("Relu", input.Shape, [input.Name]),
            Activation.Gelu => Gelu(input),
            Activation.Silu => Node("Mul", input.Shape, [input.Name, Node("Sigmoid", input.Shape, [input.Name]).Name]),
            _ => input,
        };

    // In the very form that ONNX Runtime makes one operation of.
    private GraphValue Gelu(GraphValue input)
    {
        string root = Constant($"{NextName("Div")}.root", [MathF.Sqrt(2)], [1]);
        GraphValue scaled = Node("Div", input.Shape, [input.Name, root]),
            error = Node("Erf", input.Shape, [scaled.Name]),
            raised = Node("Add", input.Shape, [error.Name, Constant($"{NextName("Add")}.one", [1], [1])]),
            weighted = Node("Mul", input.Shape, [input.Name, raised.Name]);
        return Multiply(weighted, 0.5);
    }

    public GraphValue MaxPool(GraphValue input, KernelWindow window) =>
        Windowed("MaxPool", [input.Name], [input.Shape[0], .. window.Output(input.Shape)], window, []);

    /// <summary>The mean under the kernel, zeros of the padding counted or not.</summary>
    internal GraphValue AveragePool(GraphValue input, KernelWindow window, bool countPadding) =>
        Windowed(
            "AveragePool",
            [input.Name],
            [input.Shape[0], .. window.Output(input.Shape)],
            window,
            new() { ["count_include_pad"] = countPadding ? 1 : 0 }
        );

    // No operator has windows of changing size, but each side of the map is averaged by a matrix.
    public GraphValue AveragePoolTo(GraphValue input, long height, long width)
    {
        (long channels, long rows, long columns) = (input.Shape[0], input.Shape[1], input.Shape[2]);
        GraphValue output = input;
        if (rows != height)
        {
            string mean = Constant($"{NextName("MatMul")}.rows", AdaptiveMean.Matrix(rows, height), [height, rows]);
            output = Node("MatMul", [channels, height, columns], [mean, output.Name]);
        }

        if (columns == width)
            return output;
        float[] transposed = AdaptiveMean.Transposed(AdaptiveMean.Matrix(columns, width), columns);
        string means = Constant($"{NextName("MatMul")}.columns", transposed, [columns, width]);
        return Node("MatMul", [channels, height, width], [output.Name, means]);
    }

    public GraphValue Mean(GraphValue input) => Flatten(Node("GlobalAveragePool", [input.Shape[0], 1, 1], [input.Name]));

    public GraphValue Largest(GraphValue input) => Flatten(Node("GlobalMaxPool", [input.Shape[0], 1, 1], [input.Name]));

    public GraphValue Flatten(GraphValue input) =>
        Node("Flatten", [input.Shape.Aggregate((product, side) => product * side)], [input.Name], new() { ["axis"] = Channels });

    /// <summary>The last side of a value multiplied by a matrix [in, out].</summary>
    internal GraphValue MatMul(GraphValue input, Tensor matrix) =>
        Node("MatMul", [.. input.Shape[..^1], matrix.shape[1]], [input.Name, Constant($"{NextName("MatMul")}.weight", matrix)]);

    /// <summary>A number added to each place of the last side.</summary>
    internal GraphValue Add(GraphValue input, Tensor numbers) =>
        Node("Add", input.Shape, [input.Name, Constant($"{NextName("Add")}.bias", numbers)]);

    /// <summary>Places of one side, in the order given; 0 is the batch.</summary>
    internal GraphValue Gather(GraphValue input, int axis, long[] places)
    {
        long[] shape = [.. input.Shape];
        shape[axis - 1] = places.Length;
        return Node("Gather", shape, [input.Name, Constant($"{NextName("Gather")}.places", places)], new() { ["axis"] = axis });
    }

    /// <summary>One batch behind the other.</summary>
    internal GraphValue Concat(IReadOnlyList<GraphValue> values) =>
        Node("Concat", values[0].Shape, [.. values.Select(value => value.Name)], new() { ["axis"] = Batch });

    /// <summary>The weighted mean of values that <see cref="Concat"/> put behind each other: numbers [classes].</summary>
    internal GraphValue WeightedMean(GraphValue input, float[] weights)
    {
        long classes = input.Shape[0];
        string shape = Constant($"{NextName("Reshape")}.shape", [weights.Length, -1, classes]);
        GraphValue split = Node("Reshape", input.Shape, [input.Name, shape]);
        string factors = Constant($"{NextName("Mul")}.weights", [.. weights.Select(w => w * weights.Length)], [weights.Length, 1, 1]);
        GraphValue weighted = Node("Mul", input.Shape, [split.Name, factors]);
        return Node("ReduceMean", input.Shape, [weighted.Name], new() { ["keepdims"] = 0 }, new() { ["axes"] = [0] });
    }

    internal GraphValue Softmax(GraphValue input) => Node("Softmax", input.Shape, [input.Name], new() { ["axis"] = 1 });

    /// <summary>The place of the largest number of a vector, of equal ones the first: int64, [] or, kept, [1].</summary>
    internal GraphValue ArgMax(GraphValue input, bool keepSide) =>
        Node("ArgMax", keepSide ? [1] : [], [input.Name], new() { ["axis"] = 1, ["keepdims"] = keepSide ? 1 : 0 });

    /// <summary>One added to whole numbers.</summary>
    internal GraphValue Increment(GraphValue input) =>
        Node("Add", input.Shape, [input.Name, Constant($"{NextName("Add")}.one", new long[] { 1 })]);

    internal GraphValue Cast(GraphValue input, OnnxType type) => Node("Cast", input.Shape, [input.Name], new() { ["to"] = (long)type });

    private GraphValue Windowed(string type, string[] inputs, long[] shape, KernelWindow window, Dictionary<string, long> numbers)
    {
        Dictionary<string, long[]> lists = new()
        {
            ["kernel_shape"] = window.Size,
            ["strides"] = window.Stride,
            ["pads"] = [.. window.Padding, .. window.Padding],
        };
        // Pooling has dilations from operator set 10 on only.
        if (window.Dilation is not [1, 1])
            lists["dilations"] = window.Dilation;
        return Node(type, shape, inputs, numbers, lists);
    }

    private GraphValue Node(
        string type,
        long[] shape,
        string[] inputs,
        Dictionary<string, long>? numbers = null,
        Dictionary<string, long[]>? lists = null
    )
    {
        string name = NextName(type);
        _nodes.Add(new(type, inputs, [name], lists ?? []) { Numbers = numbers ?? [] });
        return new(name, shape);
    }

    private string NextName(string type) => $"{type}_{_nodes.Count}";

    private string Constant(string name, Tensor tensor)
    {
        Tensor plain = tensor.detach().to(ScalarType.Float32).cpu().contiguous();
        return Constant(name, OnnxType.Single, plain.shape, plain.bytes.ToArray());
    }

    private string Constant(string name, float[] values, long[] shape) =>
        Constant(name, OnnxType.Single, shape, MemoryMarshal.AsBytes<float>(values).ToArray());

    private string Constant(string name, long[] values) =>
        Constant(name, OnnxType.Int64, [values.Length], MemoryMarshal.AsBytes<long>(values).ToArray());

    private string Constant(string name, OnnxType type, long[] shape, byte[] bytes)
    {
        _constants.Add(new(name, type, shape, bytes));
        return name;
    }
}
