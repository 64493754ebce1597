using System.CommandLine;
using Padam.MLNet;
using Padam.MLNet.Backbones;
using Padam.Reproduce.Data;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Commands;

/// <summary>A run as a command line asks for it, with what its recipe or its way of fine-tuning brings where it says nothing.</summary>
internal sealed class AskedRun
{
    private readonly ParseResult _parsed;

    public AskedRun(ParseResult parsed)
    {
        _parsed = parsed;
        Network = parsed.GetValue(RunOptions.Network) ?? (IsAirbench ? AirbenchRecipe.Backbone : null);
        Proposed = Way is not null && Network is not null ? FineTuning.ForAnyWeights(Way, Network) : null;
        Source = ImageSource.Asked(
            parsed.GetValue(RunOptions.DataSet)!,
            parsed.GetValue(RunOptions.Labels),
            parsed.GetValue(RunOptions.Data)
        );
    }

    /// <summary>Null where it is missing.</summary>
    public string? Network { get; }

    public ImageSource Source { get; }

    public string Recipe => _parsed.GetValue(RunOptions.RecipeName)!;

    public bool IsAirbench => Recipe == Runs.Recipe.Airbench.Name;

    /// <summary>What <c>--fine-tune</c> names; null for a recipe.</summary>
    public string? Way => _parsed.GetValue(RunOptions.FineTune);

    /// <summary>What fine-tuning proposes; null for a recipe, and for a network that it is not for.</summary>
    public ImageClassificationOptions? Proposed { get; }

    public int Epochs =>
        Given(RunOptions.Epochs) ?? Proposed?.Epochs ?? (IsAirbench ? AirbenchRecipe.Epochs : _parsed.GetValue(RunOptions.Epochs));

    public int BatchSize =>
        Given(RunOptions.BatchSize)
        ?? Proposed?.BatchSize
        ?? (IsAirbench ? AirbenchRecipe.BatchSize : _parsed.GetValue(RunOptions.BatchSize));

    /// <summary>The size of the images that the network is given.</summary>
    public ImageSize ImageSize => Proposed?.ImageSize ?? ImageSource.GivenSize(Source.DataSet);

    public OptimizerSettings Optimizer
    {
        get
        {
            string name = _parsed.GetValue(RunOptions.Optimizer) ?? (IsAirbench ? AirbenchRecipe.Optimizer : FineTuning.Optimizer);
            bool brings = IsAirbench && name == AirbenchRecipe.Optimizer;
            return new(name)
            {
                LearningRate = _parsed.GetValue(RunOptions.Rate) ?? (brings ? AirbenchRecipe.LearningRate : null),
                WeightDecay = _parsed.GetValue(RunOptions.Decay) ?? (brings ? AirbenchRecipe.WeightDecay : null),
                Partial = _parsed.GetValue(RunOptions.Partial),
                Beta1 = _parsed.GetValue(RunOptions.Beta1),
                Beta2 = _parsed.GetValue(RunOptions.Beta2),
            };
        }
    }

    /// <summary>The decay that the optimizer itself is left with.</summary>
    /// <exception cref="ArgumentException">The optimizer's settings cannot be used.</exception>
    public double WeightDecay =>
        Proposed is { Optimizer: var proposed }
            ? Optimizer.WeightDecay ?? proposed.WeightDecay
            : Runs.Recipe.Parse(Recipe).Apply(Optimizer.Options()).WeightDecay;

    /// <summary>Whether it is on the command line.</summary>
    public bool Has(Option option) => _parsed.GetResult(option) is { Implicit: false };

    public T? Value<T>(Option<T> option) => _parsed.GetValue(option);

    /// <summary>What decides the run's outcome.</summary>
    /// <exception cref="CommandException">The file of first weights is not there.</exception>
    /// <exception cref="FileNotFoundException">A package of them is not there.</exception>
    /// <param name="ranks">Who trains.</param>
    public RunSettings Settings(Communicator ranks)
    {
        string? weights = FirstWeights();
        if (Way is not null)
            weights = FineTuning.Proposed(Way, Network!, weights).InitialWeights;
        return new()
        {
            DataSet = Source.DataSet,
            Labels = Source.Labels,
            Backbone = Network!,
            Recipe = Recipe,
            FineTune = Way,
            Optimizer = Optimizer,
            Epochs = Epochs,
            BatchSize = BatchSize,
            Seed = _parsed.GetValue(RunOptions.Seed),
            TrainLimit = _parsed.GetValue(RunOptions.TrainLimit),
            TestLimit = _parsed.GetValue(RunOptions.TestLimit),
            Weights = weights,
            Milestones = _parsed.GetValue(TrickOptions.RateFalls),
            Shares = ranks.Size > 1 && !_parsed.GetValue(RunOptions.SynchronizedBatchNorm) ? ranks.Size : null,
            Tricks = TrickOptions.Of(_parsed),
        };
    }

    private string? FirstWeights()
    {
        string? named = _parsed.GetValue(RunOptions.Weights);
        if (named is null || File.Exists(named))
            return named;
        if (!Directory.Exists(named))
            throw new CommandException($"--weights '{named}' does not exist.");
        return Network == "mlnet-resnet18"
            ? PretrainedWeights.MLNetResNet18(named)
            : throw new CommandException($"--weights '{named}' is a folder.");
    }

    private int? Given(Option<int> option) => Has(option) ? _parsed.GetValue(option) : null;
}
