using Padam.MLNet.Kernels;
using Padam.MLNet.Layers;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Kernels;

/// <summary>The activations that kernels have built in, against libtorch's in double precision.</summary>
[TestClass]
public sealed class ActivationTests
{
    // From where e^x is a number without its full digits to where x² is infinite.
    private static readonly float[] Far = [-1e38f, -1e20f, -120, -88.5f, -86.5f, -13.5f, 13.5f, 86.5f, 88.5f, 120, 1e20f, 1e38f];

    private static readonly float[] Numbers = [.. Enumerable.Range(-400, 801).Select(i => i / 50f), .. Far];

    [TestMethod]
    [DataRow(Activation.Relu)]
    [DataRow(Activation.Gelu)]
    [DataRow(Activation.Silu)]
    public void Values_and_slopes_are_those_of_libtorch(Activation activation)
    {
        using var scope = NewDisposeScope();
        Tensor x = tensor(Numbers).to(ScalarType.Float64).requires_grad_(),
            y = x.Activated(activation);
        y.sum().backward();
        double[] values = y.data<double>().ToArray(),
            slopes = x.grad!.data<double>().ToArray();

        (float[] ours, float[] oursSlopes) = Computed(activation, Numbers);

        for (int i = 0; i < Numbers.Length; i++)
        {
            // Φ is within 1.5e-7, and is multiplied by x where it is not 0 or 1.
            double tolerance = Math.Max(2e-7 * Math.Clamp(Math.Abs(Numbers[i]), 1, 20), 2e-7 * Math.Abs(values[i]));
            Assert.AreEqual(values[i], ours[i], tolerance, $"{activation}({Numbers[i]})");
            // At 0 a rectifier has no slope.
            if (Numbers[i] != 0)
                Assert.AreEqual(slopes[i], oursSlopes[i], 2e-6, $"{activation}'({Numbers[i]})");
        }
    }

    [TestMethod]
    [DataRow(Activation.Gelu)]
    [DataRow(Activation.Silu)]
    public void No_number_stays_none_and_infinity_is_its_own_value(Activation activation)
    {
        (float[] values, float[] slopes) = Computed(activation, [float.NaN, float.PositiveInfinity, float.NegativeInfinity]);

        Assert.IsTrue(float.IsNaN(values[0]) && float.IsNaN(slopes[0]));
        Assert.AreEqual(float.PositiveInfinity, values[1]);
        Assert.IsTrue(float.IsNaN(values[2]));
    }

    private static (float[] Values, float[] Slopes) Computed(Activation activation, float[] x)
    {
        const int widest = 16;
        float[] padded = [.. x, .. new float[widest]],
            values = new float[padded.Length],
            slopes = new float[padded.Length];
        ActivatedWork.Run(new Work(padded, values, slopes, x.Length), activation, widest);
        return ([.. values.Take(x.Length)], [.. slopes.Take(x.Length)]);
    }

    private readonly struct Work(float[] x, float[] values, float[] slopes, int count) : IActivatedWork
    {
        public unsafe void Run<T, TActivation>()
            where T : unmanaged, IRegister<T>
            where TActivation : IActivation
        {
            fixed (
                float* from = x,
                    to = values,
                    slope = slopes
            )
            {
                for (int i = 0; i < count; i += T.Count)
                {
                    T register = T.Load(from + i);
                    T.Store(TActivation.Apply(register), to + i);
                    T.Store(TActivation.Gradient(register, T.Broadcast(1)), slope + i);
                }
            }
        }
    }
}
