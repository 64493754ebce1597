using System.Text.Json;
using Padam.MLNet.Schedules;
using Padam.MLNet.Training;

namespace Padam.MLNet.Tests.Schedules;

/// <summary>Against torch's schedulers; Golden/schedules.py wrote what they say.</summary>
[TestClass]
public sealed class GoldenScheduleTests
{
    private static readonly JsonElement Golden = JsonDocument
        .Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "schedules.json")))
        .RootElement;

    [TestMethod]
    public void One_cycle_is_OneCycleLR()
    {
        foreach (JsonElement golden in Golden.GetProperty("oneCycle").EnumerateArray())
        {
            var schedule = Schedule.OneCycle(
                golden.GetProperty("rise").GetDouble(),
                golden.GetProperty("from").GetDouble(),
                golden.GetProperty("to").GetDouble(),
                Enum.Parse<Annealing>(golden.GetProperty("annealing").GetString()!)
            );
            foreach (JsonElement point in golden.GetProperty("points").EnumerateArray())
                Assert.AreEqual(point[1].GetDouble(), schedule.Factor(50 * point[0].GetDouble(), 50), 1e-12);
        }
    }

    [TestMethod]
    public void The_plateau_is_ReduceLROnPlateau()
    {
        foreach (JsonElement golden in Golden.GetProperty("plateau").EnumerateArray())
        {
            ValidationMetric metric = Enum.Parse<ValidationMetric>(golden.GetProperty("metric").GetString()!);
            var plateau = new Plateau(
                new ReduceOnPlateau(
                    metric,
                    golden.GetProperty("factor").GetDouble(),
                    golden.GetProperty("patience").GetInt32(),
                    golden.GetProperty("minimum").GetDouble()
                )
            );
            double[] values = golden.GetProperty("values").Deserialize<double[]>()!,
                rates = golden.GetProperty("rates").Deserialize<double[]>()!;
            for (int epoch = 0; epoch < values.Length; epoch++)
            {
                double before = plateau.State.Factor;
                bool falls = plateau.Update(Measured(metric, values[epoch]));
                Assert.AreEqual(rates[epoch], plateau.State.Factor, 1e-12 * rates[epoch], $"{golden}: epoch {epoch}");
                Assert.AreEqual(falls, plateau.State.Factor < before);
            }

            Assert.IsLessThan(1, rates[^1], "otherwise this shows nothing");
        }
    }

    private static EpochMetrics Measured(ValidationMetric metric, double value) =>
        new()
        {
            Epoch = 1,
            Epochs = 1,
            Loss = 0,
            Accuracy = 0,
            Top5Accuracy = 0,
            LearningRate = 0,
            ImagesPerSecond = 0,
            ValidationLoss = metric == ValidationMetric.Loss ? value : 100,
            ValidationAccuracy = metric == ValidationMetric.Accuracy ? value : 0,
        };
}
