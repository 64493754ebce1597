using System.CommandLine;
using Padam.MLNet.Backbones;
using Padam.MLNet.Tests;
using static TorchSharp.torch;

namespace Padam.Benchmarks.Export;

/// <summary>
/// Networks of all families as ONNX files: how far ONNX Runtime's probabilities are from this library's, and how long both take. The
/// networks are made up, not trained, which changes no speed.
/// </summary>
internal static class ExportCommand
{
    internal static Command Create()
    {
        Option<string?> data = new("--data")
        {
            Description =
                "The folder of CIFAR-10's .bin files, whose first test images are taken, enlarged where the network wants it. "
                + "The default value is none: drawn images.",
        };
        Option<string[]> backbones = new("--backbones")
        {
            DefaultValueFactory = _ => [.. MadeUpModel.Families.Select(family => family.Backbone)],
            AllowMultipleArgumentsPerToken = true,
            Description = "The networks. The default value is one of each family.",
        };
        Option<int> threads = new("--threads")
        {
            DefaultValueFactory = _ => get_num_threads(),
            Description = "CPU threads of both. The default value is libtorch's choice.",
        };
        Option<int> images = new("--images")
        {
            DefaultValueFactory = _ => 64,
            Description = "Images, which go through the network as one batch; of 224x224 a quarter as many. The default value is 64.",
        };
        Option<int> rounds = new("--rounds")
        {
            DefaultValueFactory = _ => 5,
            Description = "Times that each scores all images, in turn; the median counts. The default value is 5.",
        };
        Command command = new("onnx", "Equality and speed of ONNX Runtime and this library on the same networks.")
        {
            data,
            backbones,
            threads,
            images,
            rounds,
        };
        command.SetAction(parsed =>
        {
            set_num_threads(parsed.GetValue(threads));
            Console.WriteLine($"{get_num_threads()} threads\n");
            Console.WriteLine("| network | images | largest difference | ms an image, ONNX Runtime | ms an image, here |");
            Console.WriteLine("| --- | --- | --- | --- | --- |");
            foreach (string name in parsed.GetValue(backbones)!)
            {
                using Contest contest = new(Backbone.Parse(name), parsed.GetValue(images), parsed.GetValue(data));
                Console.WriteLine(contest.Line(parsed.GetValue(rounds)));
            }

            return 0;
        });
        return command;
    }
}
