using System.CommandLine;
using System.Globalization;
using Microsoft.ML;
using Padam.MLNet;
using Padam.MLNet.Backbones;
using Padam.Reproduce.Data;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Reporting;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Commands;

/// <summary><c>run</c>: one training.</summary>
internal static class RunCommand
{
    private static readonly Option<string> DataSet = Options.DataSet("cifar10, cifar100, synthetic or folder (with train and test in it).");
    private static readonly Option<string?> Data = Options.Data();
    private static readonly Option<string> Labels = Options.Labels();
    private static readonly Option<string> Network = new("--backbone")
    {
        Description = "The network, such as vgg16, resnet18, wrn-16-4, vgg-small; the recipe airbench brings its own.",
    };
    private static readonly Option<string?> Optimizer = new Option<string?>("--optimizer")
    {
        Description = string.Join(", ", OptimizerSettings.Names) + "; the recipe airbench brings sgd, --fine-tune adamw.",
    }.AcceptOnlyFromAmong([.. OptimizerSettings.Names]);
    private static readonly Option<string?> FineTune = new Option<string?>("--fine-tune")
    {
        Description =
            "Start from pretrained weights, of a folder of photographs: last-layer, last-stage or all says what learns. Epochs, batch size "
            + "and rate are the library's unless given.",
    }.AcceptOnlyFromAmong([.. FineTuning.Names]);
    private static readonly Option<string> RecipeName = new Option<string>("--recipe")
    {
        Description = "authors (the paper's code), report (the report's) or airbench (94 % on CIFAR-10 in 10 epochs); see docs/recipes.md.",
        DefaultValueFactory = _ => Recipe.Authors.Name,
    }.AcceptOnlyFromAmong([.. Recipe.NamesOfRuns]);
    private static readonly Option<int> Epochs = Options.Count(
        "--epochs",
        "Passes over the training set; the rate's milestones scale with them. 0 makes a model of --weights as they are.",
        200,
        least: 0
    );
    private static readonly Option<int> BatchSize = Options.Count("--batch-size", "Images a step.", 128);
    private static readonly Option<double?> Rate = Options.OptionalNumber("--lr", "Learning rate; else the report's Table 1.");
    private static readonly Option<double?> Decay = Options.OptionalNumber("--weight-decay", "Weight decay; else the report's Table 1.");
    private static readonly Option<double?> Partial = Options.OptionalNumber("--partial", "Padam's p, 0 to 1/2; else 1/8.", high: 0.5);
    private static readonly Option<double?> Beta1 = Options.OptionalNumber(
        "--beta1",
        "First moment's decay; else the report's Table 1.",
        high: 1
    );
    private static readonly Option<double?> Beta2 = Options.OptionalNumber(
        "--beta2",
        "Second moment's decay; else the report's Table 1.",
        high: 1
    );
    private static readonly Option<int> Seed = Options.Seed("Decides every random draw.");
    private static readonly Option<int?> TrainLimit = Options.OptionalCount(
        "--train-limit",
        "Only the first so many training records; of a folder, so many drawn evenly over its classes."
    );
    private static readonly Option<int?> TestLimit = Options.OptionalCount("--test-limit", "The same of the test records.");
    private static readonly Option<string?> Weights = Options.OptionalText(
        "--weights",
        "A safetensors file with PyTorch's names, or an ONNX file, to start from; for mlnet-resnet18 also the folder of its package."
    );
    private static readonly Option<string> DeviceName = Options.Device();
    private static readonly Option<int?> Threads = Options.Threads();
    private static readonly Option<string> Out = Options.Named("--out", "The folder for logs and models.", "runs");
    private static readonly Option<bool> Resume =
            new("--resume")
            {
                Description = "Go on from the run's checkpoint, if there is one; a finished one's (--keep-checkpoint) takes more --epochs.",
            },
        Force = new("--force") { Description = "Overwrite a finished run, or start an unfinished one over." };
    private static readonly Option<bool> TensorBoard = new("--tensorboard")
    {
        Description = "Write TensorBoard event files beside the log.",
    };
    private static readonly Option<bool> FindRate = new("--find-lr")
    {
        Description =
            "Instead of the run: 100 steps at a rate that rises from 1e-6 to 10, their losses as a curve, and where it is steepest.",
    };
    private static readonly Option<bool> KeepCheckpoint = new("--keep-checkpoint")
    {
        Description = "Leave the finished run's checkpoint: --resume with more --epochs goes on from it where the rate allows it.",
    };
    private static readonly Option<int> CheckpointEvery = Options.Count("--checkpoint-every", "Epochs between two checkpoints.", 1);

    public static Command Create()
    {
        Network.Validators.Add(result => Check(() => Backbone.Parse(result.GetValueOrDefault<string>()), result.AddError));
        var command = new Command(
            "run",
            "Train one network with one optimizer, test it after each epoch, and keep log, model, weights and summary."
        )
        {
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
            Out,
            Resume,
            Force,
            TensorBoard,
            CheckpointEvery,
            KeepCheckpoint,
            FindRate,
        };
        foreach (Option option in TrickOptions.All)
            command.Add(option);
        command.SetAction((parsed, cancel) => Task.FromResult(Run(parsed, cancel)));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken cancel)
    {
        // What options say together; each alone was checked when it was parsed.
        bool airbench = parsed.GetValue(RecipeName) == Recipe.Airbench.Name;
        string network = parsed.GetValue(Network) ?? (airbench ? AirbenchRecipe.Backbone : throw Missing(Network));
        if (airbench && network != AirbenchRecipe.Backbone)
            throw new UsageException($"--recipe airbench is for the network {AirbenchRecipe.Backbone}, not {network}.");
        if (parsed.GetValue(FineTune) is not null)
            RequireAlone(parsed);
        else if (!airbench && parsed.GetValue(Optimizer) is null)
            throw Missing(Optimizer);
        Check(() => Hyperparameters(parsed).Options(), fault => throw new UsageException(fault));
        if (parsed.GetValue(Resume) && parsed.GetValue(Force))
            throw new UsageException("--resume and --force exclude each other.");
        if (parsed.GetValue(Epochs) == 0 && (parsed.GetValue(Weights) ?? parsed.GetValue(FineTune)) is null)
            throw new UsageException("--epochs must be 1 or more (0 makes a model of --weights as they are).");

        TrickOptions.RequireDevice(parsed, parsed.GetValue(DeviceName)!);
        string dataSet = parsed.GetValue(DataSet)!,
            backbone = Backbone.Parse(network).Name;
        string? weights = FirstWeights(parsed.GetValue(Weights), backbone);
        ImageClassificationOptions? proposed = null;
        if (parsed.GetValue(FineTune) is { } way)
            Check(() => proposed = FineTuning.Proposed(way, backbone, weights), fault => throw new UsageException(fault));
        int epochs = Given(Epochs) ?? proposed?.Epochs ?? (airbench ? AirbenchRecipe.Epochs : parsed.GetValue(Epochs));
        int batchSize = Given(BatchSize) ?? proposed?.BatchSize ?? (airbench ? AirbenchRecipe.BatchSize : parsed.GetValue(BatchSize));
        var settings = new RunSettings
        {
            DataSet = dataSet,
            Labels = dataSet == "cifar100" ? parsed.GetValue(Labels) : null,
            Backbone = backbone,
            Recipe = parsed.GetValue(RecipeName)!,
            FineTune = parsed.GetValue(FineTune),
            Optimizer = Hyperparameters(parsed),
            Epochs = epochs,
            BatchSize = batchSize,
            Seed = parsed.GetValue(Seed),
            TrainLimit = parsed.GetValue(TrainLimit),
            TestLimit = parsed.GetValue(TestLimit),
            Weights = proposed?.InitialWeights ?? weights,
            Milestones = TrickOptions.MilestonesOf(parsed, parsed.GetValue(FineTune), airbench),
            Tricks = TrickOptions.Of(parsed, epochs, parsed.GetValue(FineTune), airbench, batchSize),
        };
        var files = new RunFiles(Path.Combine(parsed.GetValue(Out)!, backbone), settings.Optimizer.Name, dataSet);
        OutputFolder.Require(files.Folder, "--out");
        var source = new ImageSource(dataSet, settings.Labels, parsed.GetValue(Data));
        if (parsed.GetValue(FindRate))
            return RateSearch.Run(settings, Place(parsed, files), source, cancel);
        using RunLock held =
            RunLock.Take(files.Lock)
            ?? throw new CommandException($"Another process trains the run in '{files.Folder}' (it holds '{files.Lock}').");
        ReplacedRun.Restore(files);
        if (!parsed.GetValue(Resume) || !files.IsFinished)
            files.RequireFree(parsed.GetValue(Resume), parsed.GetValue(Force));
        else if (!GoesOn(files, settings))
            return SayFinished(files, settings);

        RunPlace place = Place(parsed, files);
        RunSummary summary = Terminal.Show(display =>
        {
            MLContext mlContext = RunContext.Of(display.Warn, settings.Seed, place.Device);
            var data = ImageData.Load(mlContext, source, settings.TrainLimit, settings.TestLimit);
            display.Say($"{settings}.");
            if (data.Remark is { } remark)
                display.Say(remark);
            display.Begin(settings.Optimizer.Name);
            return Training.Run(mlContext, settings, place, data, display, cancel);
        });
        Console.WriteLine(Result(summary, files));
        return ExitCode.Success;

        int? Given(Option<int> option) => parsed.GetResult(option) is { Implicit: false } ? parsed.GetValue(option) : null;
    }

    private static RunPlace Place(ParseResult parsed, RunFiles files) =>
        new()
        {
            Files = files,
            Device = parsed.GetValue(DeviceName)!,
            Threads = Options.ThreadsHere(parsed.GetValue(Threads)),
            Resume = parsed.GetValue(Resume),
            Force = parsed.GetValue(Force),
            CheckpointEvery = parsed.GetValue(CheckpointEvery),
            KeepCheckpoint = parsed.GetValue(KeepCheckpoint),
            TensorBoard = parsed.GetValue(TensorBoard)
                ? Path.Combine(files.Folder, "tensorboard", Path.GetFileNameWithoutExtension(files.Log))
                : null,
        };

    // A recipe, and an optimizer, are what fine-tuning brings.
    private static void RequireAlone(ParseResult parsed)
    {
        if (parsed.GetValue(Optimizer) is not null)
            throw new UsageException("--fine-tune brings its own optimizer: leave --optimizer out.");
        if (parsed.GetResult(RecipeName) is { Implicit: false })
            throw new UsageException("--fine-tune takes the place of a recipe: leave --recipe out.");
        if (parsed.GetValue(DataSet) != "folder")
            throw new UsageException("--fine-tune is for --dataset folder: pretrained networks take photographs.");
    }

    private static string? FirstWeights(string? named, string backbone)
    {
        if (named is null || File.Exists(named))
            return named;
        if (!Directory.Exists(named))
            throw new CommandException($"--weights '{named}' does not exist.");
        return backbone == "mlnet-resnet18"
            ? PretrainedWeights.MLNetResNet18(named)
            : throw new CommandException($"--weights '{named}' is a folder.");
    }

    /// <summary>Whether <c>--resume</c> finds a finished run that is told more epochs.</summary>
    private static bool GoesOn(RunFiles files, RunSettings settings)
    {
        bool isLonger = LongerRun.Is(settings, FinishedRun.Read(files)!.Summary.ResolvedSettings);
        if (isLonger)
            LongerRun.RequireCheckpoint(files, settings);
        return isLonger;
    }

    /// <summary>What <c>--resume</c> finds where there is nothing left to do.</summary>
    private static int SayFinished(RunFiles files, RunSettings settings)
    {
        FinishedRun run = FinishedRun.Read(files)!;
        if (RunIdentity.Of(settings).DifferenceFrom(run.Summary.ResolvedSettings) is { } difference)
        {
            throw new CommandException(
                $"'{files.Model}' is a finished run of other settings: {difference}. Choose another --out, or overwrite it with --force."
            );
        }

        files.RemoveUnfinished(run.Summary.CheckpointKept); // It may have been killed after its last file, before this.
        Console.WriteLine($"{settings}: finished before.");
        Console.WriteLine(Result(run.Summary, files));
        return ExitCode.Success;
    }

    private static string Result(RunSummary summary, RunFiles files)
    {
        // Of classes of the same size it is the accuracy once more.
        string macro =
            summary.TestMacroAccuracy is { } mean && Math.Abs(mean - summary.TestAccuracy!.Value) > 1e-9
                ? string.Create(CultureInfo.InvariantCulture, $", mean over classes {mean:P2}")
                : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Test accuracy {summary.TestAccuracy:P2}{macro}, top-5 {summary.TestTop5:P2}, in {summary.Seconds:F0} s. Log: {files.Log}  "
                + $"Model: {files.Model}"
        );
    }

    private static UsageException Missing(Option option) => new($"Option '{option.Name}' is required.");

    private static OptimizerSettings Hyperparameters(ParseResult parsed)
    {
        bool airbench = parsed.GetValue(RecipeName) == Recipe.Airbench.Name;
        string name = parsed.GetValue(Optimizer) ?? (airbench ? AirbenchRecipe.Optimizer : FineTuning.Optimizer);
        bool brings = airbench && name == AirbenchRecipe.Optimizer;
        return new(name)
        {
            LearningRate = parsed.GetValue(Rate) ?? (brings ? AirbenchRecipe.LearningRate : null),
            WeightDecay = parsed.GetValue(Decay) ?? (brings ? AirbenchRecipe.WeightDecay : null),
            Partial = parsed.GetValue(Partial),
            Beta1 = parsed.GetValue(Beta1),
            Beta2 = parsed.GetValue(Beta2),
        };
    }

    private static void Check(Func<object> parse, Action<string> addError)
    {
        try
        {
            parse();
        }
        catch (ArgumentException fault)
        {
            addError(ConsoleWords.Of(fault.Message));
        }
    }
}
