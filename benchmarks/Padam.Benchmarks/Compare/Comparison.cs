using System.Text.Json;
using System.Text.Json.Serialization;

namespace Padam.Benchmarks.Compare;

/// <summary>The outcome, medians of the rounds.</summary>
/// <param name="Backbone">The network.</param>
/// <param name="OursSPerStep">Seconds of our training step.</param>
/// <param name="PeerSPerStep">Seconds of the fastest peer's.</param>
/// <param name="Ratio">Peer / ours.</param>
/// <param name="GemmGflops">GFLOP/s of a matrix product, measured between the rounds.</param>
/// <param name="FloorSPerStep">Seconds that the convolutions would take at that rate, done directly.</param>
/// <param name="OursOverFloor">Our step / the floor; below 1 by doing less work than direct convolution.</param>
/// <param name="OptimizerRatio">Seconds of Padam's step on the network's parameters, peer / ours.</param>
/// <param name="ScoringRatio">Images a second, ours / peer.</param>
/// <param name="PeakRssMb">Peak resident memory after the training steps, in MiB.</param>
/// <param name="Peer">Whose numbers those of the peer are: the fastest by step.</param>
/// <param name="Peers">All peers.</param>
internal sealed record Comparison(
    string Backbone,
    double OursSPerStep,
    double PeerSPerStep,
    double Ratio,
    double GemmGflops,
    double FloorSPerStep,
    double OursOverFloor,
    double OptimizerRatio,
    double ScoringRatio,
    PeakMemory PeakRssMb,
    string Peer,
    IReadOnlyDictionary<string, PeerFigures> Peers
)
{
    private static readonly JsonSerializerOptions SnakeCase = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new FourDigits() },
    };

    internal static Comparison Of(
        string backbone,
        Contestant ours,
        IEnumerable<Contestant> others,
        IReadOnlyCollection<double> gflops,
        double stepGflop
    )
    {
        Dictionary<string, PeerFigures> peers = others.GroupBy(other => other.Name).ToDictionary(group => group.Key, PeerFigures.Of);
        (string name, PeerFigures peer) = peers.MinBy(other => other.Value.SPerStep);
        double rate = Statistics.Median(gflops),
            floor = stepGflop / rate,
            step = ours.Median("step");
        return new(
            backbone,
            step,
            peer.SPerStep,
            peer.SPerStep / step,
            rate,
            floor,
            step / floor,
            peer.OptimizerMs / (1000 * ours.Median("optimizer")),
            ours.Median("score") / peer.ScoringImagesPerS,
            new(ours.Median("memory"), peer.PeakRssMb),
            name,
            peers
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

internal sealed record PeakMemory(double Ours, double Peer);

/// <summary>One peer: its step in its quickest layout, scoring and memory each in the layout that is best for them.</summary>
internal sealed record PeerFigures(double SPerStep, string Layout, double OptimizerMs, double ScoringImagesPerS, double PeakRssMb)
{
    internal static PeerFigures Of(IEnumerable<Contestant> layouts)
    {
        Contestant[] all = [.. layouts];
        Contestant quickest = all.MinBy(layout => layout.Median("step"))!;
        return new(
            quickest.Median("step"),
            quickest.Layout!,
            1000 * quickest.Median("optimizer"),
            all.Max(layout => layout.Median("score")),
            all.Min(layout => layout.Median("memory"))
        );
    }
}
