using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using Padam.MLNet.Formats;
using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Runs;

/// <summary>The .json of a finished run: its settings, what came out, and what may differ from machine to machine.</summary>
internal sealed record RunSummary
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    public required string Id { get; init; }

    public required RunSettings Settings { get; init; }

    public required int Epochs { get; init; }

    /// <summary>After the last epoch, a fraction; null where the training diverged.</summary>
    public double? TestAccuracy { get; init; }

    /// <inheritdoc cref="TestAccuracy"/>
    public double? TestTop5 { get; init; }

    /// <summary>Null for weights that were not trained here.</summary>
    public double? TrainLoss { get; init; }

    /// <summary>Null where the training diverged in its first epoch.</summary>
    public double? BestTestAccuracy { get; init; }

    /// <summary>Where and how the training diverged, or null: it ran to its end.</summary>
    public Divergence? Diverged { get; init; }

    public required double Seconds { get; init; }

    /// <summary>Training images a second in the last epoch; null where a resumed run had none left.</summary>
    public double? ImagesPerSecond { get; init; }

    public required string Device { get; init; }

    public required string Version { get; init; }

    public required string Machine { get; init; }

    public required DateTimeOffset Finished { get; init; }

    /// <param name="settings">What was asked for.</param>
    /// <param name="log">A row an epoch.</param>
    /// <param name="last">The last test pass.</param>
    /// <param name="time">How long it took.</param>
    /// <param name="imagesPerSecond">Training speed in the last epoch.</param>
    /// <param name="place">Where it ran.</param>
    public static RunSummary Of(
        RunSettings settings,
        IReadOnlyList<LogRow> log,
        (double Accuracy, double Top5)? last,
        TimeSpan time,
        double? imagesPerSecond,
        RunPlace place
    ) =>
        new()
        {
            Id = settings.Id(),
            Settings = settings,
            Epochs = log.Count,
            TestAccuracy = last?.Accuracy,
            TestTop5 = last?.Top5,
            TrainLoss = log.Count > 0 ? log[^1].Loss : null,
            BestTestAccuracy = log.Select(row => (double?)row.TestAccuracy).DefaultIfEmpty(last?.Accuracy).Max(),
            Seconds = time.TotalSeconds,
            ImagesPerSecond = imagesPerSecond,
            Device = place.Device,
            Version = typeof(RunSummary).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
            Machine =
                $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} processors, "
                + $".NET {Environment.Version}",
            Finished = DateTimeOffset.UtcNow,
        };

    /// <exception cref="CommandException">The file is not a summary.</exception>
    public static RunSummary Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<RunSummary>(File.ReadAllBytes(path)) ?? throw new CommandException($"'{path}' is empty.");
        }
        catch (JsonException fault)
        {
            throw new CommandException($"'{path}' is not the summary of a run: {fault.Message} Remove it to train the run again.", fault);
        }
    }

    public void Write(string path) => AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, this, Json));
}

/// <summary>A training that did not reach its end because loss or weights became infinite or no number.</summary>
/// <param name="Epoch">The epoch, from 1; the log has those before it.</param>
/// <param name="Message">What happened.</param>
internal sealed record Divergence(int Epoch, string Message);
