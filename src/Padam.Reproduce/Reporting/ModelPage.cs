using System.Text;
using Padam.MLNet;
using Padam.MLNet.Formats;
using Padam.Reproduce.Runs;
using static System.FormattableString;

namespace Padam.Reproduce.Reporting;

/// <summary>One model on one set of test images, as one HTML file that needs no other.</summary>
internal sealed record ModelPage
{
    /// <summary>How many mistakes are shown as pictures.</summary>
    public const int MostMistakes = 24;

    /// <summary>A matrix of more classes is more than a reader, or a browser, looks at; the list of confusions says it then.</summary>
    private const int LargestMatrix = 100,
        MostConfusions = 20;

    /// <summary>The model's file.</summary>
    public required string Model { get; init; }

    /// <summary>What it is, in a sentence.</summary>
    public required string Description { get; init; }

    /// <summary>What it was measured on, in a sentence.</summary>
    public required string Data { get; init; }

    /// <summary>In the order of the scores.</summary>
    public required IReadOnlyList<string> ClassNames { get; init; }

    public required TestResult Result { get; init; }

    public required Answers Answers { get; init; }

    /// <summary>What the network was given of <see cref="Answers.SurestMistakes"/>, in their order.</summary>
    public required IReadOnlyList<ClassActivationMap> MistakenImages { get; init; }

    /// <summary>Writes it, whole or not at all.</summary>
    public void Write(string path) => AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(HtmlPage.Of(Blocks()))));

    private IReadOnlyList<Block> Blocks() =>
        [
            new Heading(1, Path.GetFileName(Model)),
            new Paragraph($"{Description} {Data}"),
            Overall(),
            new Heading(2, "Classes"),
            new Paragraph(
                "Right: how many images of the class were taken for it, and their share (recall). Taken for it: all images that were, and "
                    + "the share of them that are of the class (precision). F1 is the harmonic mean of both shares.",
                Small: true
            ),
            Classes(),
            new Heading(2, "Confusions"),
            .. Confusions(),
            new Heading(2, "Surest mistakes"),
            .. Mistakes(),
            new Heading(2, "Calibration"),
            new Paragraph(
                "A model is calibrated where of its answers with a confidence of 80 % four in five are right: where the curve lies on the "
                    + "diagonal. Below it the model is surer than it may be."
            ),
            CalibrationFigure.Of(Answers.Calibration),
            Calibration(),
        ];

    private Grid Overall() =>
        new(
            ["accuracy", "top-5 accuracy", "mean over classes", "cross entropy", "calibration error", "images"],
            [
                Row(
                    $"{Result.Accuracy:P2}",
                    $"{Result.Top5:P2}",
                    $"{Result.Macro:P2}",
                    $"{Result.Loss:F4}",
                    $"{Answers.Calibration.Error:P2}",
                    $"{Result.Images}"
                ),
            ]
        );

    private Grid Classes() =>
        new(
            ["class", "images", "right", "recall", "taken for it", "precision", "F1"],
            [
                .. ClassNames.Select(
                    (name, i) =>
                    {
                        long images = Answers.Confusion[i].Sum(),
                            right = Answers.Confusion[i][i],
                            taken = Answers.Confusion.Sum(row => row[i]);
                        return Row(
                            $"{name}",
                            $"{images}",
                            $"{right}",
                            $"{Share(right, images)}",
                            $"{taken}",
                            $"{Share(right, taken)}",
                            $"{Share(2 * right, images + taken)}"
                        );
                    }
                ),
            ]
        );

    private IEnumerable<Block> Confusions()
    {
        (int Actual, int Predicted, long Images)[] confusions =
        [
            .. Answers
                .Confusion.SelectMany(
                    (row, actual) => row.Select((images, predicted) => (Actual: actual, Predicted: predicted, Images: images))
                )
                .Where(confusion => confusion.Actual != confusion.Predicted && confusion.Images > 0)
                .OrderByDescending(confusion => confusion.Images),
        ];
        if (ClassNames.Count <= LargestMatrix)
            yield return new Matrix(
                "Images by their class (rows) and the class that they were taken for (columns)",
                ClassNames,
                Answers.Confusion
            );
        if (confusions.Length == 0)
        {
            yield return new Paragraph("There are none: every answer is right.");
            yield break;
        }

        yield return new Grid(
            ["class", "taken for", "images", "of the class"],
            [
                .. confusions
                    .Take(MostConfusions)
                    .Select(confusion =>
                        Row(
                            $"{ClassNames[confusion.Actual]}",
                            $"{ClassNames[confusion.Predicted]}",
                            $"{confusion.Images}",
                            $"{Share(confusion.Images, Answers.Confusion[confusion.Actual].Sum())}"
                        )
                    ),
            ],
            ClassNames.Count <= LargestMatrix ? "The most frequent ones" : null
        );
    }

    private IEnumerable<Block> Mistakes()
    {
        if (Answers.SurestMistakes.Count == 0)
        {
            yield return new Paragraph("There are none: every answer is right.");
            yield break;
        }

        yield return new Paragraph(
            "On the left what the network was given, on the right where in it is what speaks for the wrong answer (Grad-CAM): blue little, "
                + "red much.",
            Small: true
        );
        yield return new Gallery([.. Answers.SurestMistakes.Zip(MistakenImages, Photograph)]);
    }

    private Photograph Photograph(Mistake mistake, ClassActivationMap image)
    {
        string actual = ClassNames[mistake.Actual],
            predicted = ClassNames[mistake.Predicted];
        return new(
            HeatPicture.Png(image),
            Invariant($"Test image {mistake.Row}, of the class {actual}, and where in it is what speaks for {predicted}"),
            Invariant($"{actual}, taken for {predicted} with {mistake.Confidence:P1}; image {mistake.Row}")
        );
    }

    private Grid Calibration() =>
        new(
            ["confidence", "images", "right", "share of right ones", "mean confidence"],
            [
                .. Answers.Calibration.Bins.Select(bin =>
                    Row(
                        $"{bin.Low:F1} to {bin.High:F1}",
                        $"{bin.Images}",
                        $"{bin.Right}",
                        $"{Share(bin.Right, bin.Images)}",
                        $"{(bin.Images > 0 ? Invariant($"{bin.Confidence:P1}") : "-")}"
                    )
                ),
            ],
            "Numbers of the curve"
        );

    private static string Share(long part, long of) => of > 0 ? Invariant($"{(double)part / of:P1}") : "-";

    private static IReadOnlyList<Cell> Row(params FormattableString[] cells) => [.. cells.Select(cell => new Cell(Invariant(cell)))];
}
