using Padam.MLNet.Native;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Native;

[TestClass]
public sealed class OneDnnTests
{
    private const int Intel = 'n' | ('t' << 8) | ('e' << 16) | ('l' << 24),
        Amd = 'c' | ('A' << 8) | ('M' << 16) | ('D' << 24);

    [TestMethod]
    [DataRow(Amd, 0x121, false, DisplayName = "an AMD that tells its first cache, of data")]
    [DataRow(Amd, 0, true, DisplayName = "an AMD that tells of none")]
    [DataRow(Amd, 0x4000, true, DisplayName = "an AMD whose hypervisor left the number of its cores")]
    [DataRow(Intel, 0, false, DisplayName = "one of Intel, whose caches oneDNN guesses")]
    public void It_is_wrong_on_an_AMD_that_hides_its_caches(int vendor, int cache, bool expected) =>
        Assert.AreEqual(
            expected,
            OneDnn.IsWrongOn(
                (leaf, part) =>
                    (leaf, part) switch
                    {
                        (0, 0) => (16, 0, vendor, 0),
                        (unchecked((int)0x8000001D), 0) => (cache, 0, 0, 0),
                        _ => throw new ArgumentOutOfRangeException(nameof(leaf)),
                    }
            )
        );

    [TestMethod]
    [DataRow(true, null, true)]
    [DataRow(false, "avx", true)]
    [DataRow(false, "SSE41", true)]
    [DataRow(false, "AVX2", false)]
    [DataRow(false, null, false)]
    public void Where_it_is_wrong_and_stays_on_nothing_is_computed(bool isOff, string? instructions, bool isFine)
    {
        string? fault = OneDnn.Fault(isOff, instructions);
        Assert.AreEqual(isFine, fault is null);
        StringAssert.EndsWith(fault ?? "Set ONEDNN_MAX_CPU_ISA to AVX before the program starts.", "before the program starts.");
    }

    // Wrong, each of them, where the caches are hidden and it is used; the last divides by zero.
    [TestMethod]
    [DataRow(3, 72, 3, 16, 10, 3, 3, 2)]
    [DataRow(2, 72, 384, 5, 31, 2, 2, 0)]
    [DataRow(16, 72, 168, 9, 26, 2, 1, 1)]
    [DataRow(5, 168, 168, 8, 10, 2, 1, 0)]
    [DataRow(1, 512, 512, 7, 7, 1, 2, 0)]
    [DataRow(1, 256, 1024, 14, 14, 1, 1, 0)]
    public void Libtorchs_convolutions_are_right_on_this_machine(
        int batch,
        int inputs,
        int outputs,
        int height,
        int width,
        int kernel,
        int stride,
        int padding
    )
    {
        NativeLibraries.EnsureLoaded();
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        Tensor x = randn([batch, height, width, inputs], generator: generator),
            weight = randn([outputs, inputs, kernel, kernel], generator: generator) / Math.Sqrt(inputs * kernel * kernel);
        foreach (Tensor images in new[] { x.permute(0, 3, 1, 2), x.permute(0, 3, 1, 2).contiguous() })
        foreach ((ScalarType type, double tolerance) in new[] { (ScalarType.Float32, 1e-4), (ScalarType.BFloat16, 3e-2) })
        {
            Tensor[] expected = Convolution(images.to(type).to(ScalarType.Float64), weight.to(type).to(ScalarType.Float64)),
                actual = Convolution(images.to(type), weight.to(type));
            for (int i = 0; i < expected.Length; i++)
                Kernels.ConvolutionExample.AssertClose(expected[i], actual[i], $"{type} {i}", tolerance);
        }

        Tensor[] Convolution(Tensor input, Tensor filters)
        {
            (input, filters) = (input.detach().requires_grad_(), filters.detach().requires_grad_());
            Tensor y = nn.functional.conv2d(input, filters, strides: [stride, stride], padding: [padding, padding]);
            return [y.detach(), .. autograd.grad([y], [input, filters], [y.detach()])];
        }
    }
}
