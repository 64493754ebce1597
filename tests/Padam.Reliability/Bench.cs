using System.Diagnostics;
using Microsoft.ML;
using Padam.MLNet;
using Padam.MLNet.Tests;

namespace Padam.Reliability;

/// <summary>Where the cases work: folders, a small trained model, counts that --quick divides.</summary>
internal sealed class Bench : IDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly int _divisor;

    internal Bench(int divisor)
    {
        _divisor = divisor;
        // In memory where there is such a folder: hundreds of thousands of small files would time the disk.
        if (Directory.Exists("/dev/shm"))
            Environment.SetEnvironmentVariable("TMPDIR", "/dev/shm");
        _folder = new();
        // Whatever goes to the temporary folder from here on, ML.NET's own files too, can be seen.
        Directory.CreateDirectory(Temporary);
        Environment.SetEnvironmentVariable("TMPDIR", Temporary);
        (Train, Test) = TinyImages.Load(MLContext, this["data"]);
    }

    internal MLContext MLContext { get; } = new(seed: 1);

    internal IDataView Train { get; }

    internal IDataView Test { get; }

    internal string Temporary => _folder["temporary"];

    internal string this[string name] => _folder[name];

    /// <summary>A folder that is not there yet.</summary>
    internal string Fresh() => _folder[$"{Guid.NewGuid():N}"];

    internal int Count(int full) => Math.Max(2, full / _divisor);

    internal TimeSpan Time(double seconds) => TimeSpan.FromSeconds(Math.Max(2, seconds / _divisor));

    internal ImageClassificationTransformer Fit(ImageClassificationOptions? options = null, MLContext? mlContext = null) =>
        (mlContext ?? MLContext).Padam().ImageClassifier(options ?? TinyImages.Options()).Fit(Train);

    internal byte[] Zip(ITransformer model)
    {
        string path = Fresh();
        MLContext.Model.Save(model, Train.Schema, path);
        byte[] bytes = File.ReadAllBytes(path);
        File.Delete(path);
        return bytes;
    }

    internal byte[] Weights(ImageClassificationTransformer model)
    {
        string path = Fresh();
        model.SaveWeights(path, WeightsFormat.Safetensors);
        byte[] bytes = File.ReadAllBytes(path);
        File.Delete(path);
        return bytes;
    }

    /// <summary>This very program as another process: "child PART ARGS".</summary>
    /// <param name="shell">What a shell does before, such as <c>ulimit</c>; and <c>exec</c>s the program by <c>"$@"</c>.</param>
    /// <param name="environment">Variables to set.</param>
    /// <param name="program">The folder of the program; this one's by default.</param>
    /// <param name="arguments">PART and ARGS.</param>
    internal static Process Start(
        string shell,
        IEnumerable<(string Name, string Value)> environment,
        string? program,
        params string[] arguments
    )
    {
        var start = new ProcessStartInfo(
            "bash",
            [
                "-c",
                shell,
                "bash",
                "dotnet",
                Path.Combine(program ?? AppContext.BaseDirectory, "Padam.Reliability.dll"),
                "child",
                .. arguments,
            ]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    internal static (int Code, string Output) Finish(Process process)
    {
        using (process)
        {
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output + errors.Result);
        }
    }

    public void Dispose() => _folder.Dispose();
}
