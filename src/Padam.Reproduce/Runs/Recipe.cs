using Padam.MLNet.Backbones;
using Padam.MLNet.Optimizers;

namespace Padam.Reproduce.Runs;

/// <summary>
/// How one of the two codebases in the literature trains, as far as the optimizer's own settings do not say it. docs/recipes.md has the two
/// side by side.
/// </summary>
internal sealed record Recipe
{
    /// <summary>The epochs that the milestones are written for; a shorter training has them scaled.</summary>
    private const int WholeTraining = 200;

    /// <summary>The paper's authors, in PyTorch (github.com/uclaml/Padam).</summary>
    public static readonly Recipe Authors = new()
    {
        Name = "authors",
        CropPadding = 4,
        EpsilonPlacement = EpsilonPlacement.InsideRoot,
        UncorrectedEpsilon = false,
        DecaysKernelsOnly = false,
        // "From the start of epochs 100 and 150", counted from 1.
        WholeMilestones = [99, 149],
        WholeRestart = null,
        Convolutions = new BackboneSettings(),
        Residuals = new BackboneSettings(),
    };

    /// <summary>The reproducibility report, in TensorFlow's Keras (arXiv 1901.09517).</summary>
    public static readonly Recipe Report = new()
    {
        Name = "report",
        CropPadding = 2,
        EpsilonPlacement = EpsilonPlacement.OutsideRoot,
        UncorrectedEpsilon = true,
        DecaysKernelsOnly = true,
        WholeMilestones = [50, 100, 150],
        WholeRestart = 50,
        Convolutions = new BackboneSettings
        {
            Initialization = Initialization.Glorot,
            BatchNormMomentum = 0.01,
            BatchNormEpsilon = 1e-3,
        },
        Residuals = new BackboneSettings
        {
            Initialization = Initialization.VarianceScaling,
            BatchNormMomentum = 0.003,
            BatchNormEpsilon = 1e-5,
        },
    };

    /// <summary>The fast one of arXiv 2404.00498; <see cref="AirbenchRecipe"/> has the rest of it. It is <c>run</c>'s alone.</summary>
    public static readonly Recipe Airbench = new()
    {
        Name = "airbench",
        CropPadding = 2,
        EpsilonPlacement = EpsilonPlacement.InsideRoot,
        UncorrectedEpsilon = false,
        DecaysKernelsOnly = false,
    };

    /// <summary>Those that experiments compare.</summary>
    public static readonly IReadOnlyList<string> Names = [Authors.Name, Report.Name];

    /// <summary>Those that a single run may have.</summary>
    public static readonly IReadOnlyList<string> NamesOfRuns = [.. Names, Airbench.Name];

    public required string Name { get; init; }

    /// <summary>Pixels that a random crop may move an image.</summary>
    public required int CropPadding { get; init; }

    /// <summary>Where Padam's epsilon stands.</summary>
    public required EpsilonPlacement EpsilonPlacement { get; init; }

    /// <summary>Whether Adam's and AMSGrad's epsilon is TensorFlow's "epsilon hat".</summary>
    public required bool UncorrectedEpsilon { get; init; }

    /// <summary>
    /// Whether weight decay is Keras's l2 on convolution and dense kernels, in the loss; otherwise L2 on every parameter, in the gradient
    /// alone.
    /// </summary>
    public required bool DecaysKernelsOnly { get; init; }

    private IReadOnlyList<int> WholeMilestones { get; init; } = [];

    private int? WholeRestart { get; init; }

    private BackboneSettings Convolutions { get; init; } = new();

    private BackboneSettings Residuals { get; init; } = new();

    public static Recipe Parse(string name) =>
        name == Authors.Name ? Authors
        : name == Report.Name ? Report
        : name == Airbench.Name ? Airbench
        : throw new ArgumentException($"There is no recipe '{name}'. Known are {string.Join(", ", NamesOfRuns)}.", nameof(name));

    /// <summary>The whole epochs after which the learning rate falls to a tenth, in a training of <paramref name="epochs"/>.</summary>
    public IReadOnlyList<int> Milestones(int epochs) =>
        [
            .. WholeMilestones
                .Select(milestone => Scaled(milestone, epochs))
                .Where(milestone => milestone > 0 && milestone < epochs)
                .Distinct(),
        ];

    /// <summary>
    /// After how many epochs the optimizer starts afresh, in a training of <paramref name="epochs"/>; null for never, or where
    /// <see cref="Restarts"/> says when. Where the milestones are given at even distances, the first of them is the length of a stage,
    /// since the report's scripts build the optimizer anew at each.
    /// </summary>
    public int? RestartEpochs(int epochs, IReadOnlyList<int>? milestones) =>
        WholeRestart is not { } restart ? null
        : milestones is null ? Math.Max(1, Scaled(restart, epochs))
        : milestones.Count > 0 && AreEven(milestones) ? milestones[0]
        : null;

    /// <summary>After which epochs the optimizer starts afresh, where the milestones are given at uneven distances: each of them.</summary>
    public IReadOnlyList<int> Restarts(IReadOnlyList<int>? milestones) =>
        WholeRestart is null || milestones is null || AreEven(milestones) ? [] : milestones;

    private static bool AreEven(IReadOnlyList<int> milestones) => milestones.Index().All(at => at.Item == (at.Index + 1) * milestones[0]);

    /// <summary>The network that this codebase trains under a name: the report's wide network is not the authors'.</summary>
    public string Network(string name) => this == Report && name == "wrn-16-4" ? "wrn-16-4-report" : name;

    private static int Scaled(int epoch, int epochs) =>
        (int)Math.Round((double)epoch * epochs / WholeTraining, MidpointRounding.AwayFromZero);

    /// <summary>
    /// The network with this recipe's initialisation and batch normalisation. The report's own wide network and airbench94 bring theirs
    /// along.
    /// </summary>
    public Backbone Apply(Backbone backbone) =>
        backbone.Name == AirbenchRecipe.Backbone || backbone.Name.EndsWith("-report", StringComparison.Ordinal)
            ? backbone
            : backbone.With(backbone.Name.StartsWith("resnet", StringComparison.Ordinal) ? Residuals : Convolutions);

    /// <summary>The optimizer with this recipe's epsilon, and without its decay where that is part of the loss.</summary>
    public OptimizerOptionsBase Apply(OptimizerOptionsBase optimizer)
    {
        if (this == Airbench)
            return AirbenchRecipe.Apply(optimizer);
        OptimizerOptionsBase placed = optimizer switch
        {
            PadamOptions padam => padam with { EpsilonPlacement = EpsilonPlacement },
            AdamOptions adam => adam with { UncorrectedEpsilon = UncorrectedEpsilon },
            _ => optimizer,
        };
        return KernelL2(optimizer) > 0 ? placed with { WeightDecay = 0 } : placed;
    }

    /// <summary>The factor of the kernels' L2 penalty in the loss. A decoupled decay stays with its optimizer.</summary>
    public double KernelL2(OptimizerOptionsBase optimizer) =>
        DecaysKernelsOnly && optimizer is not (AdamWOptions or PadamOptions { DecoupledWeightDecay: true }) ? optimizer.WeightDecay : 0;
}
