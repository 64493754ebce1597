namespace Padam.Reproduce.Runs;

/// <summary>How much of an experiment is run. It stands in every output: a small figure never looks like a full one.</summary>
internal sealed record Scale
{
    public static readonly Scale Full = new() { Name = "full", Text = "the whole protocol, nothing reduced" };

    public static readonly Scale Desk = new()
    {
        Name = "desk",
        Text = "a reduction for CPUs: 10,000 training and 5,000 test images, a tenth of the epochs, narrower networks",
        EpochDivisor = 10,
        TrainLimit = 10_000,
        TestLimit = 5_000,
        Networks = new Dictionary<string, string>
        {
            ["vgg16"] = "vgg-small",
            ["resnet18"] = "wrn-10-1",
            ["wrn-16-4"] = "wrn-16-1",
            ["wrn-16-4-report"] = "wrn-16-1",
        },
    };

    public static readonly Scale Quick = new()
    {
        Name = "quick",
        Text = "a demonstration on synthetic images: 2,000 for training and 500 for testing, one small network, a few epochs",
        EpochDivisor = 50,
        LeastEpochs = 3,
        TrainLimit = 2_000,
        TestLimit = 500,
        // Small batches, since the report's batch normalisation needs hundreds of steps before its running statistics are worth something.
        BatchSize = 16,
        DataSet = "synthetic",
        Network = "vgg-small",
    };

    /// <summary>
    /// The report's own networks and images in a training that two processor cores can do. Its stages are not the report's: a tenth of 200
    /// epochs would leave Padam and SGD too few steps at the full rate.
    /// </summary>
    public static readonly Scale Short = new()
    {
        Name = "short",
        Text =
            "the report's networks on all images, for 30 epochs at most; the rate falls, and the report's optimizer starts afresh, after "
            + "50, 75 and 90 % of them, which are not the report's proportions",
        MostEpochs = 30,
        MilestoneParts = [0.5, 0.75, 0.9],
    };

    public static readonly IReadOnlyList<Scale> All = [Full, Short, Desk, Quick];

    public required string Name { get; init; }

    public required string Text { get; init; }

    public int? TrainLimit { get; private init; }

    public int? TestLimit { get; private init; }

    public int BatchSize { get; private init; } = 128;

    /// <summary>The one data set that all others become, or null.</summary>
    public string? DataSet { get; private init; }

    private int EpochDivisor { get; init; } = 1;

    private int MostEpochs { get; init; } = int.MaxValue;

    /// <summary>Where the rate falls, as parts of the training; empty where the experiment says it.</summary>
    private IReadOnlyList<double> MilestoneParts { get; init; } = [];

    private int LeastEpochs { get; init; } = 1;

    private string? Network { get; init; }

    private IReadOnlyDictionary<string, string> Networks { get; init; } = new Dictionary<string, string>();

    public static Scale Parse(string name) => All.First(scale => scale.Name == name);

    /// <summary>The epochs to train for so many of the protocol.</summary>
    public int Epochs(int epochs) => Math.Min(Math.Min(epochs, MostEpochs), Math.Max(LeastEpochs, Rounded((double)epochs / EpochDivisor)));

    /// <summary>Where an epoch of a training of <paramref name="of"/> lies in the scaled one.</summary>
    public int Epoch(int epoch, int of) => Math.Max(1, Rounded((double)epoch * Epochs(of) / of));

    /// <summary>The epochs after which the rate falls in the scaled training, for those of a training of <paramref name="of"/>.</summary>
    public IReadOnlyList<int> Milestones(IReadOnlyList<int> milestones, int of) =>
        [
            .. (
                MilestoneParts.Count > 0 && milestones.Count > 0
                    ? MilestoneParts.Select(part => Rounded(part * Epochs(of)))
                    : milestones.Select(milestone => Epoch(milestone, of))
            )
                .Where(milestone => milestone > 0 && milestone < Epochs(of))
                .Distinct(),
        ];

    /// <summary>The data sets and networks that are left, each network with its stand-in. Where one stands for all, the first.</summary>
    public IEnumerable<(string DataSet, string Network, string StandIn)> Grid(
        IReadOnlyList<string> dataSets,
        IReadOnlyList<string> networks
    ) =>
        from dataSet in DataSet is null ? dataSets : dataSets.Take(1)
        from network in Network is null ? networks : networks.Take(1)
        select (DataSet ?? dataSet, network, Network ?? Networks.GetValueOrDefault(network, network));

    private static int Rounded(double epochs) => (int)Math.Round(epochs, MidpointRounding.AwayFromZero);
}
