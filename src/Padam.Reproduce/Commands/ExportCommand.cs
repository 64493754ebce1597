using System.CommandLine;
using Padam.MLNet;
using Padam.Reproduce.Data;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Commands;

/// <summary><c>export</c>: a model's network, or its weights, for other programs.</summary>
internal static class ExportCommand
{
    private static readonly Option<string> Model = Options.Model();
    private static readonly Option<string> Out = Options.Named("--out", "The file to write.");
    private static readonly Option<string> Format = new Option<string>("--format")
    {
        Description = "onnx (the network, for ONNX Runtime), or its weights: safetensors (PyTorch's names) or h5 (Keras's order).",
        Required = true,
    }.AcceptOnlyFromAmong("onnx", "safetensors", "h5");
    private static readonly Option<bool> Force = new("--force") { Description = "Overwrite the file." };

    public static Command Create()
    {
        var command = new Command("export", "Write a model's network as ONNX, or its weights as safetensors or HDF5.")
        {
            Model,
            Format,
            Out,
            Force,
        };
        command.SetAction(parsed =>
        {
            string target = parsed.GetValue(Out)!;
            OutputFile.Require(target, "--out", parsed.GetValue(Force));
            using ImageClassificationTransformer model = LoadedModel.Open(RunContext.Of(Console.Error.WriteLine), parsed.GetValue(Model)!);
            string written = Write(model, parsed.GetValue(Format)!, target);
            Console.WriteLine($"{target}: {written} of {model.BackboneName}, {model.Classes} classes.");
            return ExitCode.Success;
        });
        return command;
    }

    private static string Write(ImageClassificationTransformer model, string format, string target)
    {
        if (format == "onnx")
        {
            model.SaveOnnx(target);
            return $"the network, for images of {model.ImageSize.Height}x{model.ImageSize.Width},";
        }

        model.SaveWeights(target, format == "h5" ? WeightsFormat.KerasHdf5 : WeightsFormat.Safetensors);
        return "the weights";
    }
}
