namespace Padam.MLNet.Kernels;

/// <summary>Elements that lie one after the other in memory.</summary>
internal unsafe interface IRegister<T> : IElements<T>
    where T : struct, IRegister<T>
{
    /// <summary>How many floats it holds.</summary>
    static abstract int Count { get; }

    static abstract T Load(float* from);

    static abstract void Store(T x, float* to);

    /// <summary>The value where the condition is above zero, zero elsewhere.</summary>
    static abstract T WherePositive(T condition, T value);
}
