namespace Padam.MLNet.Kernels;

/// <summary>
/// x^e for x &gt;= 0 and 0 &lt; e &lt;= 1: repeated square roots where e is 1, 1/2, 1/4, 1/8 or 1/16, exponential and logarithm otherwise.
/// </summary>
internal readonly struct Power(double exponent)
{
    private const int MostRoots = 4;
    private readonly double _exponent = exponent;
    private readonly int _roots = Enumerable.Range(0, MostRoots + 1).Where(k => exponent == Math.ScaleB(1, -k)).Append(-1).First();

    public T Of<T>(T x)
        where T : struct, IElements<T>
    {
        if (_roots < 0)
            return T.Pow(x, _exponent);
        for (int k = 0; k < _roots; k++)
            x = T.Sqrt(x);
        return x;
    }
}
