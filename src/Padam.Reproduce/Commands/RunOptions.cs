using System.CommandLine;
using Padam.MLNet.Backbones;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Commands;

/// <summary>The options of <c>run</c>: what it trains on what, and where; <see cref="TrickOptions"/> has those beyond a recipe.</summary>
internal static class RunOptions
{
    public static readonly Option<string> DataSet = Options.DataSet("cifar10, cifar100, synthetic or folder (with train and test in it).");
    public static readonly Option<string?> Data = Options.Data();
    public static readonly Option<string> Labels = Options.Labels();
    public static readonly Option<string?> Network = new("--backbone")
    {
        Description = "The network, such as vgg16, resnet18, wrn-16-4, vgg-small; the recipe airbench brings its own.",
        CustomParser = result =>
        {
            try
            {
                return Backbone.Parse(result.Tokens[0].Value).Name;
            }
            catch (ArgumentException fault)
            {
                result.AddError(ConsoleWords.Of(fault.Message));
                return null;
            }
        },
    };
    public static readonly Option<string?> Optimizer = new Option<string?>("--optimizer")
    {
        Description = string.Join(", ", OptimizerSettings.Names) + "; the recipe airbench brings sgd, --fine-tune adamw.",
    }.AcceptOnlyFromAmong([.. OptimizerSettings.Names]);
    public static readonly Option<string?> FineTune = new Option<string?>("--fine-tune")
    {
        Description =
            "Start from pretrained weights, of a folder of photographs: last-layer, last-stage or all says what learns. Epochs, batch size "
            + "and rate are the library's unless given.",
    }.AcceptOnlyFromAmong([.. FineTuning.Names]);
    public static readonly Option<string> RecipeName = new Option<string>("--recipe")
    {
        Description = "authors (the paper's code), report (the report's) or airbench (94 % on CIFAR-10 in 10 epochs); see docs/recipes.md.",
        DefaultValueFactory = _ => Recipe.Authors.Name,
    }.AcceptOnlyFromAmong([.. Recipe.NamesOfRuns]);
    public static readonly Option<int> Epochs = Options.Count(
        "--epochs",
        "Passes over the training set; the rate's milestones scale with them. 0 makes a model of --weights as they are.",
        200,
        least: 0
    );
    public static readonly Option<int> BatchSize = Options.Count("--batch-size", "Images a step.", 128);
    public static readonly Option<double?> Rate = Options.OptionalNumber("--lr", "Learning rate; else the report's Table 1.");
    public static readonly Option<double?> Decay = Options.OptionalNumber("--weight-decay", "Weight decay; else the report's Table 1.");
    public static readonly Option<double?> Partial = Options.OptionalNumber("--partial", "Padam's p, 0 to 1/2; else 1/8.", high: 0.5);
    public static readonly Option<double?> Beta1 = Options.OptionalNumber(
        "--beta1",
        "First moment's decay; else the report's Table 1.",
        high: 1
    );
    public static readonly Option<double?> Beta2 = Options.OptionalNumber(
        "--beta2",
        "Second moment's decay; else the report's Table 1.",
        high: 1
    );
    public static readonly Option<int> Seed = Options.Seed("Decides every random draw.");
    public static readonly Option<int?> TrainLimit = Options.OptionalCount(
        "--train-limit",
        "Only the first so many training records; of a folder, so many drawn evenly over its classes."
    );
    public static readonly Option<int?> TestLimit = Options.OptionalCount("--test-limit", "The same of the test records.");
    public static readonly Option<string?> Weights = Options.OptionalText(
        "--weights",
        "A safetensors file with PyTorch's names, or an ONNX file, to start from; for mlnet-resnet18 also the folder of its package."
    );
    public static readonly Option<string> DeviceName = Options.Device();
    public static readonly Option<int?> Threads = Options.Threads();
    public static readonly Option<bool> Alone = Options.Alone();
    public static readonly Option<string> Out = Options.Named("--out", "The folder for logs and models.", "runs");
    public static readonly Option<bool> Resume =
            new("--resume")
            {
                Description = "Go on from the run's checkpoint, if there is one; a finished one's (--keep-checkpoint) takes more --epochs.",
            },
        Force = new("--force") { Description = "Overwrite a finished run, or start an unfinished one over." };
    public static readonly Option<bool> TensorBoard = new("--tensorboard")
    {
        Description = "Write TensorBoard event files beside the log.",
    };
    public static readonly Option<bool> FindRate = new("--find-lr")
    {
        Description =
            "Instead of the run: 100 steps at a rate that rises from 1e-6 to 10, their losses as a curve, and where it is steepest.",
    };
    public static readonly Option<bool> KeepCheckpoint = new("--keep-checkpoint")
    {
        Description = "Leave the finished run's checkpoint: --resume with more --epochs goes on from it where the rate allows it.",
    };
    public static readonly Option<int> CheckpointEvery = Options.Count("--checkpoint-every", "Epochs between two checkpoints.", 1);

    public static readonly Option<bool> Distributed =
            new("--distributed")
            {
                Description = "Train with all processes that mpirun or srun started, each on its share of a batch; see docs/cluster.md.",
            },
        SynchronizedBatchNorm =
            new("--sync-batch-norm")
            {
                Description = "With --distributed: normalise by the whole batch, as one process does; else each by its share.",
            };

    public static IReadOnlyList<Option> All { get; } =
    [
        DataSet,
        Data,
        Labels,
        Network,
        Optimizer,
        FineTune,
        RecipeName,
        Epochs,
        BatchSize,
        Rate,
        Decay,
        Partial,
        Beta1,
        Beta2,
        Seed,
        TrainLimit,
        TestLimit,
        Weights,
        DeviceName,
        Threads,
        Alone,
        Out,
        Resume,
        Force,
        TensorBoard,
        CheckpointEvery,
        KeepCheckpoint,
        FindRate,
        Distributed,
        SynchronizedBatchNorm,
    ];
}
