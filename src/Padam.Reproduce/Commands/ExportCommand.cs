using System.CommandLine;
using Padam.MLNet;
using Padam.Reproduce.Exits;
using Padam.Reproduce.Runs;

namespace Padam.Reproduce.Commands;

/// <summary><c>export</c>: a model's weights for other programs.</summary>
internal static class ExportCommand
{
    private static readonly Option<string> Model = Options.Model();
    private static readonly Option<string> Out = Options.Named("--out", "The file to write.");
    private static readonly Option<string> Format = new Option<string>("--format")
    {
        Description = "safetensors (PyTorch's names) or h5 (Keras's order).",
        Required = true,
    }.AcceptOnlyFromAmong("safetensors", "h5");
    private static readonly Option<bool> Force = new("--force") { Description = "Overwrite the file." };

    public static Command Create()
    {
        var command = new Command("export", "Write a model's weights as safetensors or HDF5.") { Model, Format, Out, Force };
        command.SetAction(parsed =>
        {
            string target = parsed.GetValue(Out)!;
            if (File.Exists(target) && !parsed.GetValue(Force))
                throw new CommandException($"'{target}' exists. Choose another --out, or overwrite it with --force.");
            using ImageClassificationTransformer model = LoadedModel.Open(RunContext.Of(Console.Error.WriteLine), parsed.GetValue(Model)!);
            model.SaveWeights(target, parsed.GetValue(Format) == "h5" ? WeightsFormat.KerasHdf5 : WeightsFormat.Safetensors);
            Console.WriteLine($"{target}: the weights of {model.BackboneName}, {model.Classes} classes.");
            return ExitCode.Success;
        });
        return command;
    }
}
