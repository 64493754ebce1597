using System.Globalization;
using System.Text.Json;

namespace Padam.Reproduce.Reporting;

/// <summary>
/// The report's own results (arXiv 1901.09517), from report-results.json: Tables 2 and 3, and points read off its figures, good to about
/// 0.1.
/// </summary>
internal sealed class ReportNumbers
{
    private const string Tables = "test_accuracy_percent_at_epoch_50_100_150_200",
        Finals = "final_test_accuracy_percent_digitised",
        Partials = "p_value_experiment_resnet18_90_epochs_lr_0.1_decay_0.1_per_30_epochs_digitised";

    private static readonly int[] TableEpochs = [50, 100, 150, 200];
    private readonly JsonElement _root;

    private ReportNumbers(JsonElement root) => _root = root;

    public static ReportNumbers Load()
    {
        using Stream stream = typeof(ReportNumbers).Assembly.GetManifestResourceStream("report-results.json")!;
        return new ReportNumbers(JsonDocument.Parse(stream).RootElement);
    }

    /// <summary>Table 1: each optimizer's settings by name.</summary>
    public IEnumerable<(string Optimizer, IReadOnlyDictionary<string, string> Settings)> Hyperparameters() =>
        _root
            .GetProperty("hyperparameters")
            .EnumerateObject()
            .Select(optimizer =>
                (
                    optimizer.Name,
                    (IReadOnlyDictionary<string, string>)
                        optimizer
                            .Value.EnumerateObject()
                            .Where(setting => setting.Name != "note")
                            .ToDictionary(setting => setting.Name, setting => setting.Value.GetRawText())
                )
            );

    /// <summary>The test accuracy in per cent after <paramref name="epoch"/> epochs; null where the report has none.</summary>
    /// <param name="dataSet">cifar10 or cifar100.</param>
    /// <param name="network">The network.</param>
    /// <param name="series">The curve, such as Padam or p = 1/8.</param>
    /// <param name="epoch">From 1.</param>
    public double? TestAccuracy(string dataSet, string network, string series, int epoch)
    {
        string key = $"{dataSet}/{network}",
            optimizer = series.ToLower(CultureInfo.InvariantCulture);
        if (series.StartsWith("p = ", StringComparison.Ordinal))
            return epoch == 90 && network == "resnet18" ? Number(Partials, dataSet, series[4..]) : null;
        if (_root.GetProperty(Tables).TryGetProperty(key, out JsonElement table))
        {
            int column = Array.IndexOf(TableEpochs, epoch);
            return column >= 0 && table.TryGetProperty(optimizer, out JsonElement row) ? row[column].GetDouble() : null;
        }

        return epoch == TableEpochs[^1] ? Number(Finals, key, optimizer) : null;
    }

    private double? Number(string section, string key, string name) =>
        _root.GetProperty(section).TryGetProperty(key, out JsonElement group) && group.TryGetProperty(name, out JsonElement value)
            ? value.GetDouble()
            : null;
}
