using System.Text.Json;
using Padam.MLNet.Optimizers;

namespace Padam.MLNet.Tests.Optimizers;

/// <summary>One case of Golden/optimizers.json: float64 steps of an optimizer on given gradients, computed outside this project.</summary>
public sealed record GoldenTrajectory(
    string Name,
    OptimizerOptionsBase Options,
    double[] Start,
    double[][] Gradients,
    double[][] Trajectory
)
{
    public static IReadOnlyList<GoldenTrajectory> All { get; } = Read();

    public override string ToString() => Name;

    private static GoldenTrajectory[] Read()
    {
        using JsonDocument golden = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "optimizers.json"))
        );
        return [.. golden.RootElement.GetProperty("cases").EnumerateArray().Select(Read)];
    }

    private static GoldenTrajectory Read(JsonElement json)
    {
        string rule = json.GetProperty("rule").GetString()!;
        JsonElement options = json.GetProperty("options");
        return new GoldenTrajectory(
            $"{rule} {options.ToString().ReplaceLineEndings(" ")}",
            ReadOptions(rule, options),
            json.GetProperty("x0").Deserialize<double[]>()!,
            json.GetProperty("gradients").Deserialize<double[][]>()!,
            json.GetProperty("trajectory").Deserialize<double[][]>()!
        );
    }

    private static OptimizerOptionsBase ReadOptions(string rule, JsonElement json)
    {
        double Number(string name, double otherwise) => json.TryGetProperty(name, out JsonElement value) ? value.GetDouble() : otherwise;
        bool Flag(string name, bool otherwise = false) => json.TryGetProperty(name, out JsonElement value) ? value.GetBoolean() : otherwise;
        double lr = Number("lr", double.NaN),
            beta1 = Number("beta1", 0.9),
            beta2 = Number("beta2", 0.999),
            decay = Number("weight_decay", 0);
        return rule switch
        {
            "padam" => new PadamOptions
            {
                LearningRate = lr,
                Beta1 = beta1,
                Beta2 = beta2,
                WeightDecay = decay,
                Epsilon = Number("eps", 1e-8),
                Partial = Number("partial", double.NaN),
                AmsGrad = Flag("amsgrad", true),
                DecoupledWeightDecay = Flag("decoupled"),
                EpsilonPlacement =
                    json.TryGetProperty("epsilon_mode", out JsonElement mode) && mode.GetString() == "outside"
                        ? EpsilonPlacement.OutsideRoot
                        : EpsilonPlacement.InsideRoot,
            },
            "adam" when Flag("amsgrad") => new AmsGradOptions
            {
                LearningRate = lr,
                Beta1 = beta1,
                Beta2 = beta2,
                WeightDecay = decay,
            },
            "adam" when Flag("decoupled") => new AdamWOptions
            {
                LearningRate = lr,
                Beta1 = beta1,
                Beta2 = beta2,
                WeightDecay = decay,
            },
            "adam" => new AdamOptions
            {
                LearningRate = lr,
                Beta1 = beta1,
                Beta2 = beta2,
                WeightDecay = decay,
            },
            "sgd" => new SgdOptions
            {
                LearningRate = lr,
                Momentum = Number("momentum", 0),
                Nesterov = Flag("nesterov"),
                WeightDecay = decay,
            },
            "yogi" => new YogiOptions { LearningRate = lr, WeightDecay = decay },
            "adabound" => new AdaBoundOptions
            {
                LearningRate = lr,
                FinalLearningRate = Number("final_lr", double.NaN),
                AmsBound = Flag("amsbound"),
                WeightDecay = decay,
            },
            _ => throw new InvalidDataException($"The golden file has a rule '{rule}' that this test does not know."),
        };
    }
}
