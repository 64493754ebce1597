using System.Text.Json;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Backbones;

/// <summary>A reference network's numbers (Golden/NAME-10.json), and the formula that fills its weights and its input.</summary>
internal sealed class GoldenNetwork
{
    private readonly JsonElement json;

    private GoldenNetwork(JsonElement json) => this.json = json;

    public static GoldenNetwork Load(string name)
    {
        using JsonDocument document = JsonDocument.Parse(
            File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Golden", $"{name}-10.json"))
        );
        return new GoldenNetwork(document.RootElement.Clone());
    }

    public long ParameterCount => json.GetProperty("parameter_count").GetInt64();

    public string[] Names => [.. json.GetProperty("reference_names").EnumerateArray().Select(name => name.GetString()!)];

    public long[][] Shapes =>
        [.. json.GetProperty("parameters").EnumerateArray().Select(entry => entry.GetProperty("shape").Deserialize<long[]>()!)];

    public double Loss => json.GetProperty("loss").GetDouble();

    public double[] GradientNorms => json.GetProperty("gradient_norms").Deserialize<double[]>()!;

    public double[] TrainLogits => Flat("train_logits");

    public double[] EvalLogits => Flat("eval_logits");

    private double[] Flat(string name) => [.. json.GetProperty(name).Deserialize<double[][]>()!.SelectMany(row => row)];

    private ulong Seed => json.GetProperty("seed").GetUInt64();

    public Tensor Images()
    {
        float[] values = [.. Stream(Seed * 1000 + 999, 8 * 3 * 32 * 32).Select(u => (float)(u * 1.7))];
        return tensor(values, [8, 3, 32, 32]);
    }

    public Tensor Labels() => arange(8, ScalarType.Int64) % json.GetProperty("classes").GetInt64();

    /// <summary>Overwrites the parameters, whatever their memory layout.</summary>
    public void Fill(nn.Module network)
    {
        using IDisposable _ = no_grad();
        ulong index = 0;
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in network.named_parameters())
        {
            double fanIn = parameter.shape.Skip(1).Aggregate(1L, (product, side) => product * side);
            Func<double, double> scale =
                parameter.dim() >= 2 ? u => u * Math.Sqrt(6 / fanIn)
                : name.EndsWith("weight") ? u => 1 + 0.1 * u
                : u => 0.1 * u;
            float[] values = [.. Stream(Seed * 1000 + index++, parameter.numel()).Select(u => (float)scale(u))];
            using Tensor filled = tensor(values, parameter.shape);
            parameter.copy_(filled);
        }
    }

    // Element e of stream s: output number (s
    // << 32) + e of splitmix64 seeded with 0 (its state moves by the golden gamma each time), top 53 bits spread over [-1, 1).
    private static IEnumerable<double> Stream(ulong stream, long count)
    {
        for (ulong element = 0; element < (ulong)count; element++)
        {
            ulong z = ((stream << 32) + element + 1) * 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            z ^= z >> 31;
            yield return (z >> 11) * Math.ScaleB(1, -53) * 2 - 1;
        }
    }
}
