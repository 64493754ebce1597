using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Padam.Reproduce.Runs;

/// <summary>One training in full: what decides its outcome, then where and how it is run.</summary>
internal sealed record RunSettings
{
    public required string DataSet { get; init; }

    /// <summary>fine or coarse, for CIFAR-100; null elsewhere.</summary>
    public string? Labels { get; init; }

    public required string Backbone { get; init; }

    public required OptimizerSettings Optimizer { get; init; }

    public required string Recipe { get; init; }

    public int Epochs { get; init; } = 200;

    public int BatchSize { get; init; } = 128;

    public int Seed { get; init; } = 1;

    public int? TrainLimit { get; init; }

    public int? TestLimit { get; init; }

    /// <summary>Whole epochs after which the rate falls to a tenth; null: the recipe's, scaled to the epochs.</summary>
    public IReadOnlyList<int>? Milestones { get; init; }

    /// <summary>What the rate is multiplied by at each milestone; null: a tenth.</summary>
    public double? Gamma { get; init; }

    /// <summary>Padam's p over the training as a factor, or null: it stays.</summary>
    public PartialDecay? PartialDecay { get; init; }

    /// <summary>A safetensors file to start from.</summary>
    public string? Weights { get; init; }

    /// <summary>Twelve hex digits that are the same for the same settings, whatever the machine, the paths and the version.</summary>
    public string Id()
    {
        RunSettings resolved = this with
        {
            Optimizer = Optimizer.Resolved(),
            Weights = Weights is null ? null : Hash(File.ReadAllBytes(Weights)),
        };
        return Hash(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(resolved)))[..12];
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Backbone} {Optimizer.Name} on {DataSet}, recipe {Recipe}, {Epochs} epochs, seed {Seed}"
        );
}

/// <summary>
/// How p falls from its first value, as the report proposes for further study: to <paramref name="To"/> times itself at the end.
/// </summary>
/// <param name="Kind">constant, linear or step.</param>
/// <param name="To">The last factor.</param>
internal sealed record PartialDecay(string Kind, double To);

/// <summary>Where a run finds its data, writes its files and computes. None of it changes what comes out, but for rounding.</summary>
internal sealed record RunPlace
{
    public string? DataFolder { get; init; }

    public required RunFiles Files { get; init; }

    public string Device { get; init; } = "cpu";

    public int? Threads { get; init; }

    public bool Resume { get; init; }

    public bool Force { get; init; }

    public int CheckpointEvery { get; init; } = 1;

    /// <summary>Where TensorBoard event files go; null for none.</summary>
    public string? TensorBoard { get; init; }
}
