namespace Padam.Reproduce.Runs;

/// <summary>
/// Answers by confidence, in ten bins of one width: a model is calibrated where of its answers with a confidence of 0.8, 80 % are right
/// (Guo et al., arXiv 1706.04599).
/// </summary>
internal sealed class CalibrationBins
{
    public const int Count = 10;

    private readonly (long Images, long Right, double Confidence)[] bins = new (long, long, double)[Count];

    /// <summary>All of them, from the lowest confidence on.</summary>
    public IReadOnlyList<CalibrationBin> Bins =>
        [
            .. bins.Select(
                (bin, i) => new CalibrationBin((double)i / Count, (i + 1.0) / Count, bin.Images, bin.Right, bin.Confidence / bin.Images)
            ),
        ];

    /// <summary>Expected calibration error: the mean over the answers of how far apart confidence and accuracy of their bin are.</summary>
    public double Error =>
        Bins.Where(bin => bin.Images > 0).Sum(bin => bin.Images * Math.Abs(bin.Accuracy - bin.Confidence)) / bins.Sum(bin => bin.Images);

    /// <param name="confidence">The probability of the answer, in [0, 1].</param>
    /// <param name="isRight">Whether it is the image's class.</param>
    public void Add(double confidence, bool isRight)
    {
        ref (long Images, long Right, double Confidence) bin = ref bins[Math.Clamp((int)(confidence * Count), 0, Count - 1)];
        bin = (bin.Images + 1, bin.Right + (isRight ? 1 : 0), bin.Confidence + confidence);
    }
}

/// <summary>The answers of one range of confidence.</summary>
/// <param name="Low">From here.</param>
/// <param name="High">Up to here.</param>
/// <param name="Images">How many there are.</param>
/// <param name="Right">How many of them are right.</param>
/// <param name="Confidence">Their mean confidence; NaN where there is none.</param>
internal sealed record CalibrationBin(double Low, double High, long Images, long Right, double Confidence)
{
    /// <summary>The share of right ones; NaN where there is none.</summary>
    public double Accuracy => (double)Right / Images;
}
