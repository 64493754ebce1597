using System.Text.Json;
using System.Text.Json.Serialization;

namespace Padam.Benchmarks.Compare;

/// <summary>The outcome, medians of the rounds. What needs PyTorch is null where there is none.</summary>
/// <param name="Backbone">The network.</param>
/// <param name="OursSPerStep">Seconds of our training step.</param>
/// <param name="PeerSPerStep">Seconds of PyTorch's.</param>
/// <param name="Ratio">Peer / ours.</param>
/// <param name="GemmGflops">GFLOP/s of a matrix product, measured between the rounds.</param>
/// <param name="FloorSPerStep">Seconds that the convolutions would take at that rate, done directly.</param>
/// <param name="OursOverFloor">Our step / the floor; below 1 by doing less work than direct convolution.</param>
/// <param name="OptimizerRatio">Seconds of Padam's step on the network's parameters, peer / ours.</param>
/// <param name="ScoringRatio">Images a second, ours / peer.</param>
/// <param name="PeakRssMb">Peak resident memory of each process after the training steps, in MiB.</param>
internal sealed record Comparison(
    string Backbone,
    double OursSPerStep,
    double? PeerSPerStep,
    double? Ratio,
    double GemmGflops,
    double FloorSPerStep,
    double OursOverFloor,
    double? OptimizerRatio,
    double? ScoringRatio,
    PeakMemory PeakRssMb
)
{
    private static readonly JsonSerializerOptions SnakeCase = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new FourDigits() },
    };

    internal static Comparison Of(
        string backbone,
        Sides step,
        Sides optimizer,
        Sides scoring,
        Sides memory,
        IReadOnlyCollection<double> gflops,
        double stepGflop
    )
    {
        double rate = Sides.Median(gflops),
            floor = stepGflop / rate;
        return new(
            backbone,
            step.Ours,
            step.Peer,
            step.Peer / step.Ours,
            rate,
            floor,
            step.Ours / floor,
            optimizer.Peer / optimizer.Ours,
            scoring.Ours / scoring.Peer,
            new(memory.Ours, memory.Peer)
        );
    }

    internal string ToJson() => JsonSerializer.Serialize(this, SnakeCase);

    private sealed class FourDigits : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) =>
            writer.WriteRawValue(value.ToString(value < 1000 ? "G4" : "F0"));
    }
}

internal sealed record PeakMemory(double Ours, double? Peer);
