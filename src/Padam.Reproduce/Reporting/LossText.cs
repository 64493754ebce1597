using System.Globalization;
using Padam.MLNet;

namespace Padam.Reproduce.Reporting;

/// <summary>The loss of an epoch so far as displays show it.</summary>
internal static class LossText
{
    /// <summary>A number, or a dash where none was read yet.</summary>
    public static string Of(TrainingProgress progress, string format) =>
        double.IsNaN(progress.Loss) ? "-" : progress.Loss.ToString(format, CultureInfo.InvariantCulture);
}
