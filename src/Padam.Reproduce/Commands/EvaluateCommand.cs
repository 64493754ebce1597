using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet;
using Padam.Reproduce.Data;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Commands;

/// <summary><c>evaluate</c>: a model's accuracy on the test part of a data set.</summary>
internal static class EvaluateCommand
{
    private static readonly Option<string> Model = new("--model") { Description = "The model zip.", Required = true };
    private static readonly Option<string> DataSet = new Option<string>("--dataset")
    {
        Description = string.Join(", ", ImageData.Names) + ".",
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
    private static readonly Option<int?> TestLimit = Options.OptionalCount("--test-limit", "Only the first so many test records."),
        Threads = Options.OptionalCount("--threads", "CPU threads; else libtorch's choice.");
    private static readonly Option<bool> AsJson = new("--json") { Description = "One line of JSON: accuracy, top5, loss, images." };

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
        };
        command.SetAction(parsed =>
        {
            var mlContext = new MLContext();
            if (Options.ThreadsHere(parsed.GetValue(Threads)) is { } threads)
                TorchSharp.torch.set_num_threads(threads);
            using ImageClassificationTransformer model = LoadedModel.Open(mlContext, parsed.GetValue(Model)!);
            IDataView test = ImageData
                .Load(
                    mlContext,
                    parsed.GetValue(DataSet)!,
                    parsed.GetValue(Labels),
                    parsed.GetValue(Data),
                    null,
                    parsed.GetValue(TestLimit)
                )
                .Test;
            RequireSameClasses(model, test);
            var result = TestResult.Of(mlContext, model, test);
            Console.WriteLine(
                parsed.GetValue(AsJson)
                    ? JsonSerializer.Serialize(result, JsonSerializerOptions.Web)
                    : string.Create(
                        CultureInfo.InvariantCulture,
                        $"accuracy {result.Accuracy}, top-5 {result.Top5}, loss {result.Loss} on {result.Images} images"
                    )
            );
            return ExitCode.Success;
        });
        return command;
    }

    private static void RequireSameClasses(ImageClassificationTransformer model, IDataView test)
    {
        if (model.ClassNames is not { } trained)
            return;
        VBuffer<ReadOnlyMemory<char>> names = default;
        test.Schema["Label"].GetKeyValues(ref names);
        string[] tested = [.. names.DenseValues().Select(name => name.ToString())];
        if (!tested.SequenceEqual(trained))
            throw new CommandException(
                $"The model tells apart {Some(trained)}, but the data is of {Some(tested)}. Check --dataset, --labels and --data."
            );
    }

    private static string Some(IReadOnlyList<string> names) =>
        names.Count <= 6 ? string.Join(", ", names) : $"{string.Join(", ", names.Take(3))}, ... ({names.Count} classes)";
}
