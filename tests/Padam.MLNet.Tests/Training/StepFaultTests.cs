using System.Runtime.InteropServices;
using Padam.MLNet.Data;
using Padam.MLNet.Training;

namespace Padam.MLNet.Tests.Training;

[TestClass]
public sealed class StepFaultTests
{
    private static readonly ImageShape Images = new(32, 32);

    [TestMethod]
    [DataRow(128, "Set BatchSize to 64 or less, or take smaller images (ImageSize).")]
    [DataRow(3, "Set BatchSize to 1 or less, or take smaller images (ImageSize).")]
    [DataRow(1, "Take smaller images (ImageSize, Transforms.ResizeImages) or a smaller network.")]
    public void Memory_that_runs_out_in_a_step_names_the_batch_to_try_next(int batch, string remedy)
    {
        Exception error = StepFault.Of(new OfLibtorch("CUDA out of memory. Tried to allocate 2 GiB\n at c10"), "vgg16", Images, batch);

        Assert.IsInstanceOfType<InsufficientMemoryException>(error);
        Assert.AreEqual(
            $"A step of vgg16 on {batch} images of 32x32 does not fit into memory: CUDA out of memory. Tried to allocate 2 GiB. {remedy}",
            error.Message
        );
    }

    [TestMethod]
    public void Another_fault_of_libtorch_is_no_matter_of_memory() =>
        Assert.AreEqual(
            "A step of vgg16 on 4 images of 32x32 failed in libtorch: shapes differ.",
            StepFault.Of(new OfLibtorch("shapes differ\n at c10"), "vgg16", Images, 4).Message
        );

    private sealed class OfLibtorch(string message) : ExternalException(message);
}
