namespace Padam.MLNet.Tests.Models;

/// <summary>What a trimmed program can do: JSON without reflection.</summary>
[TestClass]
public sealed class TrimmedTests
{
    [TestMethod]
    public void A_program_without_reflection_for_JSON_trains_checkpoints_resumes_saves_verifies_and_loads()
    {
        using var folder = new TemporaryFolder();
        TinyImages.Write(folder["data"], train: 40, test: 20);

        string[] printed = FreshProcess.Run("without-reflection", folder["data"], folder["out"]);

        CollectionAssert.AreEqual(
            new[] { "padam", "adam", "amsgrad", "adamw", "sgd", "yogi", "adabound" }
                .Select(name => $"{name}: cancelled, resumed, saved")
                .ToArray(),
            printed
        );
    }
}
