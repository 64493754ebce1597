using Padam.MLNet.Data;

namespace Padam.MLNet.Tests.Data;

/// <summary>Batches beyond 2 GiB, which no span of bytes reaches over.</summary>
[TestClass]
public sealed class BatchLimitTests
{
    [TestMethod]
    [DataRow(224, 3566)]
    [DataRow(32, 174762)]
    [DataRow(15000, 0)]
    public void The_largest_batch_ends_before_two_GiB(int side, int expected)
    {
        long bytes = 3L * side * side * sizeof(float);

        Assert.AreEqual(expected, BatchLimit.Of(3L * side * side));
        Assert.IsLessThanOrEqualTo(int.MaxValue, expected * bytes);
        Assert.IsGreaterThan(int.MaxValue, (expected + 1) * bytes);
    }

    [TestMethod]
    public void A_larger_one_is_refused_with_what_to_change()
    {
        BatchLimit.Require(3566, 3 * 224 * 224, "images of 224x224");

        string message = Assert
            .ThrowsExactly<ArgumentException>(() => BatchLimit.Require(3567, 3 * 224 * 224, "images of 224x224"))
            .Message;

        StringAssert.Contains(message, "A batch of 3567 images of 224x224 is beyond 2 GiB. Set BatchSize to 3566 or less");
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => BatchLimit.Require(1, 3 * 15000 * 15000, "images")).Message,
            "Take smaller images"
        );
    }
}
