using Padam.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Kernels;

/// <summary>
/// A list of tensors as elements: every operator is one call of libtorch for the whole list, on a CUDA device a handful of launches.
/// </summary>
/// <remarks>Results are new tensors, released with the caller's dispose scope.</remarks>
internal readonly struct TensorList(Tensor[] tensors) : IElements<TensorList>
{
    /// <summary>
    /// TorchScript is TorchSharp's only way to the <c>_foreach</c> operators. A faulty script ends the process, so this text never changes
    /// at run time.
    /// </summary>
    private const string Script = """
        def add(a: List[Tensor], b: List[Tensor]) -> List[Tensor]:
            return torch._foreach_add(a, b)
        def subtract(a: List[Tensor], b: List[Tensor]) -> List[Tensor]:
            return torch._foreach_sub(a, b)
        def multiply(a: List[Tensor], b: List[Tensor]) -> List[Tensor]:
            return torch._foreach_mul(a, b)
        def divide(a: List[Tensor], b: List[Tensor]) -> List[Tensor]:
            return torch._foreach_div(a, b)
        def add_scalar(a: List[Tensor], b: float) -> List[Tensor]:
            return torch._foreach_add(a, b)
        def scale(a: List[Tensor], b: float) -> List[Tensor]:
            return torch._foreach_mul(a, b)
        def reciprocal(a: List[Tensor]) -> List[Tensor]:
            return torch._foreach_reciprocal(a)
        def maximum(a: List[Tensor], b: List[Tensor]) -> List[Tensor]:
            return torch._foreach_maximum(a, b)
        def clamp(a: List[Tensor], low: float, high: float) -> List[Tensor]:
            return torch._foreach_clamp_max(torch._foreach_clamp_min(a, low), high)
        def sign(a: List[Tensor]) -> List[Tensor]:
            return torch._foreach_sign(a)
        def sqrt(a: List[Tensor]) -> List[Tensor]:
            return torch._foreach_sqrt(a)
        def pow(a: List[Tensor], b: float) -> List[Tensor]:
            return torch._foreach_pow(a, b)
        def copy_(a: List[Tensor], b: List[Tensor]) -> None:
            torch._foreach_copy_(a, b)

        """;

    private static readonly Lazy<jit.CompilationUnit> Compiled = new(() => jit.compile(Script));
    private readonly Tensor[] _tensors = tensors;

    /// <summary>Writes the values into existing tensors, whatever their layout.</summary>
    public void CopyTo(TensorList target) => Compiled.Value.invoke("copy_", target._tensors, _tensors);

    public static TensorList operator +(TensorList a, TensorList b) => Call("add", [a._tensors, b._tensors]);

    public static TensorList operator -(TensorList a, TensorList b) => Call("subtract", [a._tensors, b._tensors]);

    public static TensorList operator *(TensorList a, TensorList b) => Call("multiply", [a._tensors, b._tensors]);

    public static TensorList operator /(TensorList a, TensorList b) => Call("divide", [a._tensors, b._tensors]);

    public static TensorList operator +(TensorList a, double b) => Call("add_scalar", [a._tensors], b);

    public static TensorList operator *(double a, TensorList b) => Call("scale", [b._tensors], a);

    public static TensorList operator /(double a, TensorList b) => a * Call("reciprocal", [b._tensors]);

    public static TensorList Max(TensorList a, TensorList b) => Call("maximum", [a._tensors, b._tensors]);

    public static TensorList Clamp(TensorList x, double min, double max) => Call("clamp", [x._tensors], min, max);

    public static TensorList Sign(TensorList x) => Call("sign", [x._tensors]);

    public static TensorList Sqrt(TensorList x) => Call("sqrt", [x._tensors]);

    public static TensorList Pow(TensorList x, double exponent) => Call("pow", [x._tensors], exponent);

    // A bare number among the arguments would become one that nothing holds.
    private static TensorList Call(string function, Tensor[][] lists, params double[] numbers)
    {
        Scalar[] held = [.. numbers.Select(Scalars.Of)];
        try
        {
            return new((Tensor[])Compiled.Value.invoke(function, [.. lists, .. held]));
        }
        finally
        {
            foreach (Scalar number in held)
                number.Dispose();
        }
    }
}
