using Padam.MLNet.Kernels;

namespace Padam.MLNet.Tests.Kernels;

[TestClass]
[DoNotParallelize] // The pool is the process's.
public sealed unsafe class ScratchTests
{
    [TestMethod]
    public void A_returned_buffer_is_used_again()
    {
        float* first;
        using (Scratch scratch = Scratch.Rent(1000))
            first = scratch.Pointer;
        using Scratch again = Scratch.Rent(1000);
        Assert.IsTrue(first == again.Pointer);
    }

    [TestMethod]
    public void Buffers_in_use_are_apart_aligned_and_finite()
    {
        using Scratch a = Scratch.Rent(100),
            b = Scratch.Rent(100);
        a.Dispose();
        a.Dispose();
        using Scratch c = Scratch.Rent(100),
            d = Scratch.Rent(100);
        Assert.AreEqual(3, new HashSet<nint> { (nint)b.Pointer, (nint)c.Pointer, (nint)d.Pointer }.Count);
        Assert.AreEqual(0, (nint)d.Pointer % 64);
        Assert.IsTrue(float.IsFinite(d.Pointer[99]));
    }
}
