namespace Padam.MLNet.Kernels;

/// <summary>
/// Some elements of a tensor, all treated alike: a SIMD register of them, or the whole of a list of tensors. A formula written with these
/// operators stands once and runs on both.
/// </summary>
/// <remarks>Scalars are doubles; they are rounded to the elements' type where they meet one.</remarks>
internal interface IElements<T>
    where T : struct, IElements<T>
{
    static abstract T operator +(T a, T b);

    static abstract T operator -(T a, T b);

    static abstract T operator *(T a, T b);

    static abstract T operator /(T a, T b);

    static abstract T operator +(T a, double b);

    static abstract T operator *(double a, T b);

    static abstract T operator /(double a, T b);

    static abstract T Max(T a, T b);

    static abstract T Clamp(T x, double min, double max);

    /// <summary>-1, 0 or 1.</summary>
    static abstract T Sign(T x);

    static abstract T Sqrt(T x);

    /// <summary>x^exponent for x &gt;= 0 and exponent &gt; 0; 0 at x = 0.</summary>
    static abstract T Pow(T x, double exponent);
}
