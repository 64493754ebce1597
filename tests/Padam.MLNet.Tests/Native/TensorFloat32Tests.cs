using Padam.MLNet.Native;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Native;

[TestClass]
[DoNotParallelize] // libtorch's switches are the process's.
public sealed class TensorFloat32Tests
{
    private static (bool Products, bool Convolutions) Switches
    {
        get => (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32);
        set => (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32) = value;
    }

    // A GPU that has TF32 answers no; there is none here.
    [TestMethod]
    public void A_device_that_multiplies_exactly_all_the_same_has_none()
    {
        string before = CallersState.Now();

        Assert.IsTrue(TensorFloat32.IsMissing(CPU));

        Assert.AreEqual(before, CallersState.Now());
    }

    [TestMethod]
    [DataRow(false, false)]
    [DataRow(false, true)]
    [DataRow(true, false)]
    public void Both_switches_are_on_until_the_last_user_is_done_and_then_the_callers(bool products, bool convolutions)
    {
        (bool, bool) before = Switches;
        try
        {
            Switches = (products, convolutions);
            IDisposable first = TensorFloat32.Allow(),
                second = TensorFloat32.Allow();
            first.Dispose();
            Assert.AreEqual((true, true), Switches);

            second.Dispose();
            Assert.AreEqual((products, convolutions), Switches);
        }
        finally
        {
            Switches = before;
        }
    }
}
