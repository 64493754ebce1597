using System.Globalization;
using System.Security.Cryptography;
using Padam.MLNet;
using Padam.MLNet.Tests;
using Padam.MLNet.Training;

namespace Padam.Reliability;

/// <summary>Faults of the machine: its disk, its folders, its language, its libraries.</summary>
internal static class MachineCases
{
    internal static IEnumerable<Case> All =>
        [
            new(
                "Machine",
                "disk full (file-size limit) while a checkpoint is written: an error, the last one stays whole",
                FullWhileCheckpointing
            ),
            new("Machine", "disk full (file-size limit) while a model is saved: an error, or a file that Verify refuses", FullWhileSaving),
            new("Machine", "folder that cannot be written to: refused before training", ReadOnlyFolder),
            new("Machine", "checkpoint, its folder and the data removed during training: goes on", Removed),
            new("Machine", "decimal comma, other minus sign: same bytes", Cultures),
            new("Machine", "native library missing: the message names the package", NoNativeLibrary),
            NotTried("dotless i (tr-TR)", "the programs are built without ICU; names are compared by ordinal"),
            NotTried("clock moved", "nothing but shown times and the summary's date reads a clock; speeds come from a monotonic one"),
        ];

    private static Case NotTried(string name, string reason) => new("Machine", $"{name}: not tried", _ => new(0, 0, reason));

    // A file-size limit stands in for a full disk: the write fails in the middle, as it does there. Without the trap the signal would end
    // the process instead.
    private static string Limited(int kibibytes) => $"trap '' XFSZ; ulimit -f {kibibytes}; exec \"$@\"";

    private static Outcome FullWhileCheckpointing(Bench bench)
    {
        string folder = bench.Fresh(),
            checkpoint = Path.Combine(folder, "checkpoint.zip");
        using (var source = new CancellationTokenSource())
        {
            ImageClassificationOptions options = Child.Options(folder);
            options.CancellationToken = source.Token;
            options.MetricsCallback = metrics =>
            {
                if (metrics.Epoch == 3)
                    source.Cancel();
            };
            try
            {
                bench.Fit(options).Dispose();
            }
            catch (OperationCanceledException) { }
        }

        string hash = Hash(checkpoint),
            text = "";
        int blocks = (int)(new FileInfo(checkpoint).Length / 1024),
            count = bench.Count(20),
            held = 0;
        for (int i = 0; i < count; i++)
        {
            (int code, string output) = Bench.Finish(
                Bench.Start(
                    Limited(blocks * i / count),
                    [("DOTNET_EnableWriteXorExecute", "0"), ("DOTNET_EnableDiagnostics", "0")],
                    null,
                    "train",
                    bench["data"],
                    folder
                )
            );
            bool same = Hash(checkpoint) == hash && !Directory.EnumerateFiles(folder, "*.tmp").Any();
            if (code == 1 && SaysFull(output) && same)
                held++;
            else
                text = $" {code} {same} {output.ReplaceLineEndings(" ")}";
        }

        bench.Fit(Child.Options(folder)).Dispose();
        return new(count, held, $"the training then resumed from it{text}");
    }

    private static Outcome FullWhileSaving(Bench bench)
    {
        int count = bench.Count(20),
            held = 0,
            errors = 0;
        string text = "";
        for (int i = 0; i < count; i++)
        {
            string zip = bench.Fresh();
            (int code, string output) = Bench.Finish(
                Bench.Start(
                    Limited(i * 6 / count),
                    [("DOTNET_EnableWriteXorExecute", "0"), ("DOTNET_EnableDiagnostics", "0")],
                    null,
                    "save",
                    bench["data"],
                    zip
                )
            );
            bool refused = true; // or nothing of it is there
            try
            {
                if (File.Exists(zip))
                    ModelFile.Verify(zip);
                refused = !File.Exists(zip);
            }
            catch (InvalidDataException) { }

            if (code == 1 && SaysFull(output))
                errors++;
            if ((code == 1 && SaysFull(output)) || (code == 0 && refused))
                held++;
            else
                text = $"; {code} {output.ReplaceLineEndings(" ")}";
        }

        return new(count, held, $"{errors} ended with an error{text}");
    }

    private static Outcome ReadOnlyFolder(Bench bench)
    {
        // Not even root may make a folder there.
        ImageClassificationOptions options = Child.Options("/proc/padam");
        int steps = 0;
        options.ProgressCallback = _ => steps++;
        try
        {
            bench.Fit(options).Dispose();
            return new(1, 0, "trained");
        }
        catch (IOException fault)
        {
            return new(
                1,
                steps == 0 && fault.Message.Contains("/proc/padam", StringComparison.Ordinal) ? 1 : 0,
                "IOException with the folder's name"
            );
        }
    }

    private static Outcome Removed(Bench bench)
    {
        string folder = bench.Fresh(),
            data = TinyImages.Write(bench.Fresh());
        byte[] expected;
        using (ImageClassificationTransformer whole = bench.Fit(Child.Options(null)))
            expected = bench.Weights(whole);
        ImageClassificationOptions options = Child.Options(folder);
        options.MetricsCallback = metrics =>
        {
            if (metrics.Epoch == 3)
                File.Delete(Path.Combine(folder, "checkpoint.zip"));
            if (metrics.Epoch == 5)
                Directory.Delete(folder, recursive: true);
            if (metrics.Epoch == 7)
                Directory.Delete(data, recursive: true);
        };
        using ImageClassificationTransformer model = bench
            .MLContext.Padam()
            .ImageClassifier(options)
            .Fit(bench.MLContext.Padam().LoadCifar10(data, CifarSplit.Train));
        Checkpoint.Read(Path.Combine(folder, "checkpoint.zip"));
        return new(3, bench.Weights(model).AsSpan().SequenceEqual(expected) ? 3 : 0, "same model, and a whole checkpoint at the end");
    }

    private static Outcome Cultures(Bench bench)
    {
        byte[] Train()
        {
            string folder = bench.Fresh();
            ImageClassificationOptions options = Child.Options(folder, epochs: 2);
            using ImageClassificationTransformer model = bench.Fit(options);
            bench.Fit(Child.Options(folder, epochs: 2)).Dispose();
            string zip = bench.Fresh();
            bench.MLContext.Model.Save(model, bench.Train.Schema, zip);
            ModelReport report = ModelFile.Verify(zip);
            return [.. bench.Weights(model), .. System.Text.Encoding.UTF8.GetBytes(report.Optimizer)];
        }

        CultureInfo invariant = CultureInfo.CurrentCulture;
        byte[] expected = Train();
        (string Decimal, string Group, string Minus)[] odd =
        [
            (",", ".", "-"),
            (",", "\u00a0", "\u2212"),
            ("\u066b", "\u066c", "-"),
            ("·", "'", "–"),
        ];
        int held = 0;
        foreach ((string point, string group, string minus) in odd)
        {
            var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            (culture.NumberFormat.NumberDecimalSeparator, culture.NumberFormat.NumberGroupSeparator, culture.NumberFormat.NegativeSign) = (
                point,
                group,
                minus
            );
            try
            {
                (CultureInfo.CurrentCulture, CultureInfo.DefaultThreadCurrentCulture) = (culture, culture);
                if (Train().AsSpan().SequenceEqual(expected))
                    held++;
            }
            finally
            {
                (CultureInfo.CurrentCulture, CultureInfo.DefaultThreadCurrentCulture) = (invariant, null);
            }
        }

        return new(odd.Length, held, "weights, checkpoint and description");
    }

    private static Outcome NoNativeLibrary(Bench bench)
    {
        string copy = Directory.CreateDirectory(bench.Fresh()).FullName;
        foreach (
            string file in Directory.EnumerateFiles(AppContext.BaseDirectory).Where(file => Path.GetExtension(file) is ".dll" or ".json")
        )
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        (int code, string output) = Bench.Finish(Bench.Start("exec \"$@\"", [], copy, "save", bench["data"], bench.Fresh()));
        bool held =
            code == 1 && output.Contains("DllNotFoundException: libtorch could not be loaded. Add one package", StringComparison.Ordinal);
        return new(1, held ? 1 : 0, held ? "DllNotFoundException that says which package to add" : output.ReplaceLineEndings(" "));
    }

    // .NET says of this limit that the length is out of range, where it says IOException of a full disk.
    private static bool SaysFull(string output) =>
        output.Contains("IOException", StringComparison.Ordinal)
        || output.Contains("too large for the file system", StringComparison.Ordinal);

    private static string Hash(string file) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)));
}
