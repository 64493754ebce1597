using System.Text.Json;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests.Backbones;

/// <summary>A reference network's numbers (Golden/NAME-10.json), and the formula that fills its weights and its input.</summary>
internal sealed class GoldenNetwork
{
    /// <summary>The largest error that is granted, as a part of the largest value.</summary>
    public const double Tolerance = 1e-4;

    private readonly JsonElement json;

    private GoldenNetwork(JsonElement json) => this.json = json;

    public static GoldenNetwork Load(string name)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(PathOf($"{name}-10")));
        return new GoldenNetwork(document.RootElement.Clone());
    }

    public static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "Golden", $"{file}.json");

    public long ParameterCount => json.GetProperty("parameter_count").GetInt64();

    public string[] Names => [.. json.GetProperty("reference_names").EnumerateArray().Select(name => name.GetString()!)];

    public long[][] Shapes =>
        [.. json.GetProperty("parameters").EnumerateArray().Select(entry => entry.GetProperty("shape").Deserialize<long[]>()!)];

    public double Loss => json.GetProperty("loss").GetDouble();

    private ulong Seed => json.GetProperty("seed").GetUInt64();

    private long[] InputShape => json.TryGetProperty("input_shape", out JsonElement shape) ? shape.Deserialize<long[]>()! : [8, 3, 32, 32];

    /// <summary>Compares a tensor with the file's numbers of that name, row by row.</summary>
    public void AssertClose(string name, Tensor actual, double tolerance = Tolerance)
    {
        double[] expected =
        [
            .. json.GetProperty(name)
                .EnumerateArray()
                .SelectMany(row => row.ValueKind == JsonValueKind.Array ? row.Deserialize<double[]>()! : [row.GetDouble()]),
        ];
        float[] values = actual.detach().contiguous().data<float>().ToArray();
        Assert.AreEqual(expected.Length, values.Length, name);
        double largest = expected.Max(Math.Abs),
            error = expected.Zip(values, (e, a) => Math.Abs(e - a)).Max();
        Assert.IsTrue(error <= tolerance * largest, $"{name}: the largest error is {error / largest:E2} of the largest value.");
    }

    /// <summary>Compares the gradients' norms, taken row by row first: a float32 sum of 10^8 squares is off by a percent.</summary>
    public void AssertGradientsClose(nn.Module network, double tolerance) =>
        AssertClose(
            "gradient_norms",
            stack(network.parameters().Select(p => p.grad!.reshape(p.shape[0], -1).norm(dim: 1).norm())),
            tolerance
        );

    public Tensor Images()
    {
        long count = InputShape.Aggregate(1L, (product, side) => product * side);
        float[] values = [.. Stream(Seed * 1000 + 999, count).Select(u => (float)(u * 1.7))];
        return tensor(values, InputShape);
    }

    public Tensor Labels() => arange(InputShape[0], ScalarType.Int64) % json.GetProperty("classes").GetInt64();

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
