using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Padam.MLNet.MLNetInternals;

namespace Padam.MLNet.Tests.MLNetInternals;

[TestClass]
public sealed class HostSettingsTests
{
    [TestMethod]
    public void A_context_gives_its_seed_and_its_device()
    {
        MLContext mlContext = new(seed: 7) { GpuDeviceId = 2, FallbackToCpu = false };
        Assert.AreEqual(7, HostSettings.Seed(mlContext));
        Assert.AreEqual((2, false), HostSettings.Gpu(mlContext));
        Assert.IsFalse(HostSettings.IsCanceled(mlContext));
    }

    [TestMethod]
    public void An_environment_of_another_make_has_neither_and_is_never_cancelled()
    {
        var env = DispatchProxy.Create<IHostEnvironment, Silent>();
        Assert.IsNull(HostSettings.Seed(env));
        Assert.AreEqual((null, true), HostSettings.Gpu(env));
        Assert.IsFalse(HostSettings.IsCanceled(env));
    }

    public class Silent : DispatchProxy
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => null;
    }
}
