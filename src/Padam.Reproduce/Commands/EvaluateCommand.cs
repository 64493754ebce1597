using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Microsoft.ML;
using Padam.MLNet;
using Padam.Reproduce.Data;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Commands;

/// <summary><c>evaluate</c>: a model's accuracy on the test part of a data set.</summary>
internal static class EvaluateCommand
{
    private static readonly Option<string> Model = Options.Model();
    private static readonly Option<string> DataSet = Options.DataSet(string.Join(", ", ImageSource.Names) + ".");
    private static readonly Option<string?> Data = Options.Data();
    private static readonly Option<string> Labels = Options.Labels();
    private static readonly Option<int?> TestLimit = Options.OptionalCount(
        "--test-limit",
        "Only the first so many test records; of a folder, so many drawn evenly over its classes."
    );
    private static readonly Option<int?> Threads = Options.Threads();
    private static readonly Option<bool> AsJson = new("--json")
    {
        Description = "One line of JSON: accuracy, top5, loss, images, macro (the mean accuracy over classes).",
    };

    private static readonly Option<string?> Report = Options.OptionalText(
        "--report",
        "Write a page too, an .html that needs no other file: classes, confusions, surest mistakes as pictures, calibration."
    );
    private static readonly Option<bool> Force = new("--force") { Description = "Overwrite the page of --report." };
    private static readonly Option<bool> Distributed = new("--distributed")
    {
        Description = "Score with all processes that mpirun or srun started, each a share of the images; see docs/cluster.md.",
    };

    public static Command Create()
    {
        var command = new Command("evaluate", "Measure a model on the test images of a data set.")
        {
            Model,
            DataSet,
            Data,
            Labels,
            TestLimit,
            Threads,
            AsJson,
            Report,
            Force,
            Distributed,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        if (parsed.GetValue(Report) is { } page)
            OutputFile.RequireEnding(page, "--report", ".html");
        var source = ImageSource.Asked(parsed.GetValue(DataSet)!, parsed.GetValue(Labels), parsed.GetValue(Data));
        if (parsed.GetResult(Labels) is { Implicit: false } && !ImageSource.HasTwoKindsOfLabels(source.DataSet))
            throw new UsageException(Options.LabelsDoNothing);
        int? threads = Options.ThreadsHere(parsed.GetValue(Threads));

        Communicator ranks = Job.Join(parsed.GetValue(Distributed));
        ranks.Together(() => OnFirst(() => RequireFree(parsed.GetValue(Report), parsed.GetValue(Force))));
        if (parsed.GetValue(Distributed) && ranks.Size == 1)
            Console.Error.WriteLine(Job.OnlyProcess);
        MLContext mlContext = RunContext.Of(warning => OnFirst(() => Console.Error.WriteLine(warning)));
        using ImageClassificationTransformer model = ranks.Together(() => LoadedModel.Open(mlContext, parsed.GetValue(Model)!));
        // Opening the model loaded libtorch, the one that PADAM_LIBTORCH names: TorchSharp by itself would look for its own.
        if (threads is { } count)
            TorchSharp.torch.set_num_threads(count);
        ImagePart test = ranks.Together(() => Images(mlContext, source, parsed.GetValue(TestLimit), model));
        ranks.RequireSame("The test data", $"{source.DataSet}{source.Labels?.Insert(0, " ")}, {test.Identity}");

        IDataView scored = model.Transform(test.Rows, ranks);
        ranks.Together(() => OnFirst(() => Tell(parsed, mlContext, model, test, scored, source)));
        return ExitCode.Success;
    }

    // The first rank speaks and writes for all.
    private static void OnFirst(Action work)
    {
        if (!Job.IsFollower)
            work();
    }

    private static void RequireFree(string? page, bool force)
    {
        if (page is not null)
            OutputFile.Require(page, "--report", force);
    }

    private static void Tell(
        ParseResult parsed,
        MLContext mlContext,
        ImageClassificationTransformer model,
        ImagePart test,
        IDataView scored,
        ImageSource source
    )
    {
        string? page = parsed.GetValue(Report);
        TestResult result = page is null
            ? TestResult.OfScored(mlContext, scored, model.Classes)
            : EvaluationPage.Write(mlContext, model, parsed.GetValue(Model)!, test, scored, source, page);
        Console.WriteLine(
            parsed.GetValue(AsJson) ? JsonSerializer.Serialize(result, JsonSerializerOptions.Web) : Sentence(result, test, source)
        );
        if (page is not null && !parsed.GetValue(AsJson))
            Console.WriteLine($"Page: {page}");
    }

    private static ImagePart Images(MLContext mlContext, ImageSource source, int? limit, ImageClassificationTransformer model)
    {
        FolderReading? like = model.ClassNames is { } classes ? new(classes, model.Preprocessing) : null;
        ImagePart test = source.Part(mlContext, CifarSplit.Test, limit, like);
        RequireSameClasses(model, test.Rows);
        return test;
    }

    private static string Sentence(TestResult result, ImagePart test, ImageSource source)
    {
        string part = test.Taken is { } taken ? $" ({taken})" : "",
            strange = test.Files.Any(file => file.Published is false) ? $", not of the published {source.DataSet}" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"accuracy {result.Accuracy}, top-5 {result.Top5}, loss {result.Loss} on {result.Images} images{part}{strange}"
        );
    }

    private static void RequireSameClasses(ImageClassificationTransformer model, IDataView test)
    {
        if (model.ClassNames is not { } trained)
            return;
        IReadOnlyList<string> tested = ImagePart.ClassNames(test);
        if (!tested.SequenceEqual(trained))
            throw new CommandException(
                $"The model tells apart {Some(trained)}, but the data is of {Some(tested)}. Check --dataset, --labels and --data."
            );
    }

    private static string Some(IReadOnlyList<string> names) =>
        names.Count <= 6 ? string.Join(", ", names) : $"{string.Join(", ", names.Take(3))}, ... ({names.Count} classes)";
}
