using TorchSharp;

namespace Padam.MLNet.Backbones;

/// <summary>
/// Numbers that go into libtorch's operators in every step, made once. The number that TorchSharp would make for each call, the factor of
/// <c>a.add_(b)</c> included, lies in native memory until the garbage collector comes by, and keeps glibc's heap from giving back the large
/// blocks below it.
/// </summary>
internal static class Scalars
{
    public static readonly Scalar One = 1.ToScalar();
}
