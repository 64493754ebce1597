using System.CommandLine;
using System.Globalization;
using Padam.MLNet.Backbones;
using Padam.Reproduce.Data;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Reporting;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Commands;

/// <summary><c>run</c>: one training.</summary>
internal static class RunCommand
{
    private static readonly Option<string> DataSet = new Option<string>("--dataset")
    {
        Description = "cifar10, cifar100, synthetic or folder (with train and test in it).",
        Required = true,
    }.AcceptOnlyFromAmong([.. ImageData.Names]);
    private static readonly Option<string?> Data = new("--data")
    {
        Description = "The folder of the data set; for CIFAR the one with the .bin files, or the one that `data download` put it in.",
    };
    private static readonly Option<string> Labels = new Option<string>("--labels")
    {
        Description = "CIFAR-100's fine or coarse labels.",
        DefaultValueFactory = _ => "fine",
    }.AcceptOnlyFromAmong("fine", "coarse");
    private static readonly Option<string> Network = new("--backbone")
    {
        Description = "The network, such as vgg16, resnet18, wrn-16-4, vgg-small.",
        Required = true,
    };
    private static readonly Option<string> Optimizer = new Option<string>("--optimizer")
    {
        Description = string.Join(", ", OptimizerSettings.Names) + ".",
        Required = true,
    }.AcceptOnlyFromAmong([.. OptimizerSettings.Names]);
    private static readonly Option<string> RecipeName = new Option<string>("--recipe")
    {
        Description = "authors (the paper's code) or report (the report's); see docs/recipes.md.",
        DefaultValueFactory = _ => Recipe.Authors.Name,
    }.AcceptOnlyFromAmong([.. Recipe.Names]);
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
    private static readonly Option<int> Seed = new("--seed") { Description = "Decides every random draw.", DefaultValueFactory = _ => 1 };
    private static readonly Option<int?> TrainLimit = Options.OptionalCount("--train-limit", "Only the first so many training records."),
        TestLimit = Options.OptionalCount("--test-limit", "Only the first so many test records.");
    private static readonly Option<string?> Weights = new("--weights")
    {
        Description = "A safetensors file with PyTorch's names to start from.",
    };
    private static readonly Option<string> DeviceName = new("--device")
    {
        Description = "cpu, cuda or cuda:N.",
        DefaultValueFactory = _ => "cpu",
    };
    private static readonly Option<int?> Threads = Options.OptionalCount("--threads", "CPU threads; else libtorch's choice.");
    private static readonly Option<string> Out = new("--out")
    {
        Description = "The folder for logs and models.",
        DefaultValueFactory = _ => "runs",
    };
    private static readonly Option<bool> Resume = new("--resume") { Description = "Go on from the run's checkpoint, if there is one." },
        Force = new("--force") { Description = "Overwrite a finished run, or start an unfinished one over." };
    private static readonly Option<bool> TensorBoard = new("--tensorboard")
    {
        Description = "Write TensorBoard event files beside the log.",
    };
    private static readonly Option<int> CheckpointEvery = Options.Count("--checkpoint-every", "Epochs between two checkpoints.", 1);

    public static Command Create()
    {
        DeviceName.Validators.Add(result =>
        {
            if (!Device.IsKnown(result.GetValueOrDefault<string>()))
                result.AddError($"--device '{result.GetValueOrDefault<string>()}' is not cpu, cuda or cuda:N.");
        });
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
        };
        command.SetAction((parsed, cancel) => Task.FromResult(Run(parsed, cancel)));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken cancel)
    {
        // What options say together; each alone was checked when it was parsed.
        Check(() => Hyperparameters(parsed).Options(), fault => throw new UsageException(fault));
        if (parsed.GetValue(Resume) && parsed.GetValue(Force))
            throw new UsageException("--resume and --force exclude each other.");
        if (parsed.GetValue(Epochs) == 0 && parsed.GetValue(Weights) is null)
            throw new UsageException("--epochs must be 1 or more (0 makes a model of --weights as they are).");

        string dataSet = parsed.GetValue(DataSet)!,
            backbone = Backbone.Parse(parsed.GetValue(Network)!).Name;
        var settings = new RunSettings
        {
            DataSet = dataSet,
            Labels = dataSet == "cifar100" ? parsed.GetValue(Labels) : null,
            Backbone = backbone,
            Recipe = parsed.GetValue(RecipeName)!,
            Optimizer = Hyperparameters(parsed),
            Epochs = parsed.GetValue(Epochs),
            BatchSize = parsed.GetValue(BatchSize),
            Seed = parsed.GetValue(Seed),
            TrainLimit = parsed.GetValue(TrainLimit),
            TestLimit = parsed.GetValue(TestLimit),
            Weights = parsed.GetValue(Weights),
        };
        var files = new RunFiles(Path.Combine(parsed.GetValue(Out)!, backbone), settings.Optimizer.Name, dataSet);
        var place = new RunPlace
        {
            DataFolder = parsed.GetValue(Data),
            Files = files,
            Device = parsed.GetValue(DeviceName)!,
            Threads = Options.ThreadsHere(parsed.GetValue(Threads)),
            Resume = parsed.GetValue(Resume),
            Force = parsed.GetValue(Force),
            CheckpointEvery = parsed.GetValue(CheckpointEvery),
            TensorBoard = parsed.GetValue(TensorBoard)
                ? Path.Combine(files.Folder, "tensorboard", Path.GetFileNameWithoutExtension(files.Log))
                : null,
        };
        Console.WriteLine($"{settings}.");
        RunSummary summary = Terminal.Show(display => Training.Run(settings, place, display, settings.Optimizer.Name, cancel));
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"Test accuracy {summary.TestAccuracy:P2}, top-5 {summary.TestTop5:P2}, in {summary.Seconds:F0} s. Log: {files.Log}  "
                    + $"Model: {files.Model}"
            )
        );
        return ExitCode.Success;
    }

    private static OptimizerSettings Hyperparameters(ParseResult parsed) =>
        new(parsed.GetValue(Optimizer)!)
        {
            LearningRate = parsed.GetValue(Rate),
            WeightDecay = parsed.GetValue(Decay),
            Partial = parsed.GetValue(Partial),
            Beta1 = parsed.GetValue(Beta1),
            Beta2 = parsed.GetValue(Beta2),
        };

    private static void Check(Func<object> parse, Action<string> addError)
    {
        try
        {
            parse();
        }
        catch (ArgumentException fault)
        {
            addError(fault.Message);
        }
    }
}
