using Padam.MLNet.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Native;

[TestClass]
[DoNotParallelize] // The defaults are the process's.
public class TorchDefaultsTests
{
    private static readonly Device Meta = new(DeviceType.META);

    [TestMethod]
    public void The_callers_defaults_come_back_when_the_last_user_is_gone()
    {
        using IDisposable type = CallersState.All["default type Float64"](),
            device = CallersState.All["default device Meta"]();

        IDisposable first = TorchDefaults.Use(CPU),
            second = TorchDefaults.Use(CPU);
        Assert.AreEqual((ScalarType.Float32, DeviceType.CPU), (get_default_dtype(), get_default_device().type));
        first.Dispose();
        Assert.AreEqual((ScalarType.Float32, DeviceType.CPU), (get_default_dtype(), get_default_device().type));
        second.Dispose();

        Assert.AreEqual((ScalarType.Float64, DeviceType.META), (get_default_dtype(), get_default_device().type));
    }

    [TestMethod]
    public void What_the_caller_sets_meanwhile_is_not_undone_where_nothing_had_to_be_set()
    {
        Device before = get_default_device();
        try
        {
            using (TorchDefaults.Use(before))
                set_default_device(Meta);

            Assert.AreEqual(DeviceType.META, get_default_device().type);
        }
        finally
        {
            set_default_device(before);
        }
    }
}
