using Microsoft.ML;

namespace Padam.MLNet.Tests.Scoring;

/// <summary>A GPU number that no machine has, so that these hold on machines with and without one.</summary>
[TestClass]
public sealed class NetworkDeviceTests
{
    private readonly IDataView _data = Rows.View(new MLContext(), Rows.Of(20));

    [TestMethod]
    public void Without_the_GPU_that_was_asked_for_the_CPU_is_used_with_a_warning()
    {
        List<string> warnings = [];
        var mlContext = new MLContext { GpuDeviceId = 99, FallbackToCpu = true };
        mlContext.Log += (_, message) =>
        {
            if (message.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning)
                warnings.Add(message.RawMessage);
        };

        Assert.AreEqual(
            TinyImages.TrainedHash(new MLContext(), TinyImages.Options(epochs: 1), _data),
            TinyImages.TrainedHash(mlContext, TinyImages.Options(epochs: 1), _data)
        );

        string warning = warnings.Single(line => line.Contains("GpuDeviceId is 99", StringComparison.Ordinal));
        StringAssert.Contains(warning, "falling back to the CPU");
    }

    [TestMethod]
    public void Without_the_GPU_and_without_leave_to_fall_back_training_and_loading_are_refused()
    {
        var mlContext = new MLContext { GpuDeviceId = 99, FallbackToCpu = false };
        using var folder = new TemporaryFolder();
        using (ImageClassificationTransformer model = new MLContext().Padam().ImageClassifier(TinyImages.Options(epochs: 1)).Fit(_data))
            mlContext.Model.Save(model, _data.Schema, folder["model.zip"]);

        StringAssert.Contains(
            Assert
                .ThrowsExactly<InvalidOperationException>(() => TinyImages.TrainedHash(mlContext, TinyImages.Options(epochs: 1), _data))
                .Message,
            "FallbackToCpu"
        );
        StringAssert.Contains(Assert.Throws<Exception>(() => mlContext.Model.Load(folder["model.zip"], out _)).ToString(), "FallbackToCpu");
    }
}
