using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Padam.Neighbours.Tests;

/// <summary>This library in one process with others that bring TorchSharp, ONNX Runtime or an OpenMP runtime, in any order.</summary>
[TestClass]
public sealed class NeighboursTests
{
    private static readonly string[] Theirs = [nameof(Trees), nameof(Onnx), nameof(TextAndObjects)];

    private static readonly Lazy<ILookup<string, string>> Alone = new(() => Use(nameof(Ours))),
        TreesAlone = new(() => Use(nameof(Trees)));

    public TestContext TestContext { get; set; } = null!;

    [TestInitialize]
    public void Require()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Inconclusive("What a process has loaded is read from /proc/self/maps, which Linux has.");
        if (!NativeLibrary.TryLoad("libgomp.so.1", out _))
            Assert.Inconclusive("LightGBM needs libgomp.so.1 of the system (Debian: apt-get install libgomp1).");
    }

    [TestMethod]
    [DataRow(true, DisplayName = "ours first, and again after theirs")]
    [DataRow(false, DisplayName = "theirs first")]
    public void A_training_beside_others_has_the_bytes_of_one_alone_and_theirs_work(bool oursFirst)
    {
        ILookup<string, string> beside = Use([.. oursFirst ? [nameof(Ours)] : Array.Empty<string>(), .. Theirs, nameof(Ours)]);

        string[] results = [.. beside[nameof(Ours)]];
        CollectionAssert.AreEqual(
            Enumerable.Repeat(Alone.Value[nameof(Ours)], oursFirst ? 2 : 1).SelectMany(lines => lines).ToArray(),
            results
        );
        CollectionAssert.AreEqual(
            new[]
            {
                "trainers TextClassificationTrainer ObjectDetectionTrainer NerTrainer QATrainer SentenceSimilarityTrainer",
                "MAP50 1",
                "sum 262144",
            },
            beside[nameof(TextAndObjects)].ToArray()
        );
        CollectionAssert.AreEqual(TreesAlone.Value[nameof(Trees)].ToArray(), beside[nameof(Trees)].ToArray());
        CollectionAssert.AreEqual(new[] { "same True" }, beside[nameof(Onnx)].ToArray());

        string libtorch = Only(beside, "libtorch_cpu.so");
        Only(beside, "libLibTorchSharp.so");
        string[] runtimes = [.. beside[Uses.Loaded].Where(file => Path.GetFileName(file).StartsWith("libgomp", StringComparison.Ordinal))];
        string own = runtimes.Single(file => Path.GetDirectoryName(file) == Path.GetDirectoryName(libtorch));
        Assert.AreEqual($"OpenMP: {own}; the kernels run on its threads, which are libtorch's.", results[^1]);
        // LightGBM asks for libgomp.so.1, as libtorch's runtime calls itself: it takes that one where it is there, else the system's.
        Assert.HasCount(oursFirst ? 1 : 2, runtimes);
        foreach (string line in results.Concat(runtimes))
            TestContext.WriteLine(line);
    }

    private static string Only(ILookup<string, string> process, string name)
    {
        string[] files = [.. process[Uses.Loaded].Where(file => Path.GetFileName(file) == name)];
        Assert.HasCount(1, files, name);
        return files[0];
    }

    /// <summary>What a fresh process that uses these printed, by the library's name.</summary>
    private static ILookup<string, string> Use(params string[] names)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        // Threads of either runtime that wait leave the cores to other tests.
        start.Environment["OMP_WAIT_POLICY"] = "PASSIVE";
        foreach (string argument in new[] { typeof(NeighboursTests).Assembly.Location, Program.Use }.Concat(names))
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, errors.Result);
        return output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ', 2))
            .Where(parts => parts.Length == 2)
            .ToLookup(parts => parts[0], parts => parts[1]);
    }
}
