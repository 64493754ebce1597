namespace Padam.MLNet.Kernels;

/// <summary>A SIMD register of floats, which lie one after the other in memory: one formula serves every width.</summary>
internal unsafe interface IRegister<T> : IElements<T>
    where T : unmanaged, IRegister<T>
{
    /// <summary>How many floats it holds.</summary>
    static abstract int Count { get; }

    static abstract T Load(float* from);

    static abstract void Store(T x, float* to);

    /// <summary>The value everywhere.</summary>
    static abstract T Broadcast(float value);

    /// <summary>Adds a b to a sum, rounded once where the machine can do that in one go.</summary>
    /// <remarks>
    /// The sum is changed in place: as a result that is assigned, the compiler puts it into the register of a factor and copies it back, a
    /// third more instructions in a matrix product.
    /// </remarks>
    static abstract void Accumulate(ref T sum, T a, T b);

    /// <summary>The value where the condition is above zero, zero elsewhere.</summary>
    static abstract T WherePositive(T condition, T value);

    /// <summary>
    /// All bits where the value is larger than the largest so far or no number, none elsewhere: as libtorch looks for maxima.
    /// </summary>
    static abstract T IsNewLargest(T value, T largest);

    /// <summary>The nearest whole number.</summary>
    static abstract T Round(T x);

    /// <summary>2^n for a whole n from -126 to 127.</summary>
    static abstract T PowerOfTwo(T n);

    /// <summary>Bit by bit: the first where the mask has ones, the second elsewhere.</summary>
    static abstract T Select(T mask, T ones, T others);
}
