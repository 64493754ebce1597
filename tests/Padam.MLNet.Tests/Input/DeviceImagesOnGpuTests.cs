using TorchSharp;

namespace Padam.MLNet.Tests.Input;

/// <summary>The same on a GPU.</summary>
[TestClass]
[DoNotParallelize]
public sealed class DeviceImagesOnGpuTests : DeviceImagesTests
{
    private protected override torch.Device Device => Gpu.Device;

    [TestInitialize]
    public void Require() => Gpu.Require();
}
