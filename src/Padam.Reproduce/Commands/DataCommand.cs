using System.CommandLine;
using System.Globalization;
using Padam.Reproduce.Data;
using Padam.Reproduce.Exits;

namespace Padam.Reproduce.Commands;

/// <summary><c>data download | verify | generate | preview</c>.</summary>
internal static class DataCommand
{
    public static Command Create() =>
        new("data", "Get, check, make or look at a data set.") { Download(), Verify(), Generate(), PreviewCommand.Create() };

    private static Command Download()
    {
        var dataSet = new Option<string>("--dataset")
        {
            Description = "cifar10 or cifar100.",
            DefaultValueFactory = _ => "cifar10",
        }.AcceptOnlyFromAmong([.. CifarArchive.Published.Select(archive => archive.DataSet)]);
        Option<string> data = Options.Named("--data", "The folder that gets the data set's own folder.", "data");
        var home = new Option<Uri>("--base-url")
        {
            Description = "Where the archive lies.",
            DefaultValueFactory = _ => new Uri(CifarArchive.Home),
            CustomParser = result =>
            {
                if (
                    Uri.TryCreate(result.Tokens[0].Value.TrimEnd('/') + "/", UriKind.Absolute, out Uri? uri)
                    && uri.Scheme is "http" or "https"
                )
                    return uri;
                result.AddError($"--base-url '{result.Tokens[0].Value}' is not an http or https address.");
                return null;
            },
        };
        var command = new Command(
            "download",
            "Fetch a data set from its home page, unpack it and verify length and SHA-256 of its .bin files; an interrupted download "
                + "goes on."
        )
        {
            dataSet,
            data,
            home,
        };
        command.SetAction(
            async (parsed, cancel) =>
            {
                CifarArchive archive = CifarArchive.Published.Single(archive => archive.DataSet == parsed.GetValue(dataSet));
                var lines = new DownloadLines(archive.FileName);
                string folder = await DataSetDownload.RunAsync(
                    archive,
                    parsed.GetValue(home)!,
                    parsed.GetValue(data)!,
                    lines.Report,
                    cancel
                );
                Console.WriteLine(
                    $"{folder}: the published {archive.DataSet}, length and SHA-256 of {archive.Files.Count} .bin files verified."
                );
                return ExitCode.Success;
            }
        );
        return command;
    }

    private static Command Verify()
    {
        Option<string> data = Options.Named("--data", "The folder with the .bin files, or the folder with the data sets' own folders.");
        var command = new Command("verify", "Compare the .bin files of CIFAR-10 or CIFAR-100 with the published ones: length and SHA-256.")
        {
            data,
        };
        command.SetAction(
            (parsed, cancel) =>
            {
                foreach ((CifarArchive archive, string folder) in CifarArchive.AllIn(parsed.GetValue(data)!))
                {
                    IReadOnlyList<string> faults = DataSetVerification.Faults(archive, folder, cancel);
                    if (faults.Count > 0)
                        throw new CommandException($"'{folder}' is not the published {archive.DataSet}: {string.Join("; ", faults)}.");
                    Console.WriteLine(
                        $"{folder}: the published {archive.DataSet}, length and SHA-256 of {archive.Files.Count} .bin files verified."
                    );
                }

                return Task.FromResult(ExitCode.Success);
            }
        );
        return command;
    }

    private static Command Generate()
    {
        Option<string> data = Options.Named("--data", "The folder to write into.");
        Option<int> train = Options.Count("--train", "Training images.", 20_000),
            test = Options.Count("--test", "Test images.", 4_000);
        Option<int> seed = Options.Seed("The same seed gives the same bytes.");
        var force = new Option<bool>("--force") { Description = "Overwrite a data set that is there." };
        var command = new Command("generate", "Make the synthetic data set: ten shapes in CIFAR-10's binary format.")
        {
            data,
            train,
            test,
            seed,
            force,
        };
        command.SetAction(
            (parsed, cancel) =>
            {
                string folder = parsed.GetValue(data)!;
                if (!parsed.GetValue(force) && File.Exists(Path.Combine(folder, "data_batch_1.bin")))
                {
                    throw new CommandException(
                        $"'{folder}' holds a data set already. Choose another --data, or overwrite it with --force."
                    );
                }

                var set = new SyntheticCifar(parsed.GetValue(train), parsed.GetValue(test), parsed.GetValue(seed));
                set.Write(folder, cancel);
                Console.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{folder}: {set.TrainImages} training and {set.TestImages} test images of {Shape.Names.Length} classes, seed "
                            + $"{set.Seed}."
                    )
                );
                return Task.FromResult(ExitCode.Success);
            }
        );
        return command;
    }
}
