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

    public static readonly IReadOnlyList<Scale> All = [Full, Desk, Quick];

    public required string Name { get; init; }

    public required string Text { get; init; }

    public int? TrainLimit { get; private init; }

    public int? TestLimit { get; private init; }

    public int BatchSize { get; private init; } = 128;

    /// <summary>The one data set that all others become, or null.</summary>
    public string? DataSet { get; private init; }

    private int EpochDivisor { get; init; } = 1;

    private int LeastEpochs { get; init; } = 1;

    private string? Network { get; init; }

    private IReadOnlyDictionary<string, string> Networks { get; init; } = new Dictionary<string, string>();

    public static Scale Parse(string name) => All.First(scale => scale.Name == name);

    /// <summary>The epochs to train for so many of the protocol.</summary>
    public int Epochs(int epochs) =>
        Math.Min(epochs, Math.Max(LeastEpochs, (int)Math.Round((double)epochs / EpochDivisor, MidpointRounding.AwayFromZero)));

    /// <summary>Where an epoch of a training of <paramref name="of"/> lies in the scaled one.</summary>
    public int Epoch(int epoch, int of) => Math.Max(1, (int)Math.Round((double)epoch * Epochs(of) / of, MidpointRounding.AwayFromZero));

    /// <summary>The data sets and networks that are left, each network with its stand-in. Where one stands for all, the first.</summary>
    public IEnumerable<(string DataSet, string Network, string StandIn)> Grid(
        IReadOnlyList<string> dataSets,
        IReadOnlyList<string> networks
    ) =>
        from dataSet in DataSet is null ? dataSets : dataSets.Take(1)
        from network in Network is null ? networks : networks.Take(1)
        select (DataSet ?? dataSet, network, Network ?? Networks.GetValueOrDefault(network, network));
}
