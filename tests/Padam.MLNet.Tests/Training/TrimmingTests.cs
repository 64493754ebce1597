using Microsoft.ML;
using Padam.MLNet.Backbones;
using Padam.MLNet.Kernels;

namespace Padam.MLNet.Tests.Training;

/// <summary>Who ends gives the memory of its kernels back to the system.</summary>
[TestClass]
[DoNotParallelize] // The memory is the process's.
public sealed class TrimmingTests
{
    private readonly MLContext _mlContext = new(seed: 1);

    [TestMethod]
    public void When_a_training_has_ended_none_of_its_memory_waits()
    {
        long most = 0;
        using ImageClassificationTransformer model = Trained(() => most = Math.Max(most, MemoryPool.Bytes.Idle));

        Assert.IsGreaterThan(0, most, "otherwise this shows nothing");
        Assert.AreEqual(0, MemoryPool.Bytes.Idle);
    }

    [TestMethod]
    public void When_a_training_was_cancelled_none_of_its_memory_waits()
    {
        Assert.ThrowsExactly<OperationCanceledException>(() => Trained(() => throw new OperationCanceledException()));

        Assert.AreEqual(0, MemoryPool.Bytes.Idle);
    }

    [TestMethod]
    public void When_a_model_is_disposed_none_of_its_memory_waits()
    {
        using ImageClassificationTransformer model = Trained(() => { });
        TinyImages.Scores(_mlContext, model, Images());
        Assert.IsGreaterThan(0, MemoryPool.Bytes.Idle, "otherwise this shows nothing");

        model.Dispose();

        Assert.AreEqual(0, MemoryPool.Bytes.Idle);
    }

    private ImageClassificationTransformer Trained(Action eachBatch)
    {
        MemoryPool.Trim();
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        (options.Backbone, options.BatchSize, options.ProgressCallback) = (Backbone.Parse("vgg-small"), 8, _ => eachBatch());
        return _mlContext.Padam().ImageClassifier(options).Fit(Images());
    }

    private IDataView Images() => Rows.View(_mlContext, Rows.Of(20));
}
