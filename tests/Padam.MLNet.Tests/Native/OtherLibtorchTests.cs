using Microsoft.ML;
using Padam.MLNet.Backbones;
using Padam.MLNet.Native;

namespace Padam.MLNet.Tests;

[TestClass]
[OSCondition(OperatingSystems.Linux)]
public sealed class OtherLibtorchTests
{
    private readonly TemporaryFolder _folder = new();

    private string Lib => Path.Combine(_folder.Path, "program", "torch", "lib");

    [TestCleanup]
    public void Delete() => _folder.Dispose();

    [TestMethod]
    public void A_folder_that_is_not_there_is_refused() => Refused("there is no such folder");

    [TestMethod]
    public void A_folder_without_libtorch_is_refused_by_the_files_it_lacks()
    {
        Directory.CreateDirectory(Lib);
        File.WriteAllText(Path.Combine(Lib, "libc10.so"), "");

        Refused("it does not hold libtorch_cpu.so, libtorch.so");
    }

    [TestMethod]
    public void A_libtorch_of_unknown_version_is_refused()
    {
        Install(versionFile: null);
        Refused("says which version it is");

        Install("version.py", "__version__ = 'unknown'");
        Refused("says which version it is");

        foreach (string package in new[] { "TorchSharp/0.107.0", "libtorch-cpu-linux-x64/2.10.0" })
        {
            File.WriteAllText(Path.Combine(Lib, "program.deps.json"), $$"""{ "libraries": { "{{package}}": {} } }""");
            Refused("says which version it is");
        }
    }

    [TestMethod]
    public void A_libtorch_of_another_version_is_refused_with_both_versions()
    {
        Install("version.py", "__version__ = '1.13.0a0+debian'");

        Refused("it is libtorch 1.13.0, and this TorchSharp was built for 2.10 and tried with 2.11. Use a PyTorch 2.10 or 2.11");
    }

    [TestMethod]
    [DataRow("version.py", "__version__ = '2.10.1+cu128'\ndebug = False\n")]
    [DataRow("version.py", "__version__ = '2.11.0+cu130'\n")]
    [DataRow("build-version", "2.10.0+cpu\n")]
    public void A_fitting_libtorch_is_refused_only_because_this_program_brings_one(string file, string text)
    {
        Install(file, text);

        Refused("the program brings a libtorch of its own");
    }

    [TestMethod]
    [DataRow(".")]
    [DataRow("../../..")]
    public void The_libraries_of_a_built_program_fit_where_its_versions_do(string program)
    {
        Install(versionFile: null);
        File.WriteAllText(Path.Combine(Lib, "libLibTorchSharp.so"), "");
        string beside = Path.Combine(Lib, program, "program.deps.json");
        const string Fitting = """{ "libraries": { "TorchSharp/0.107.0": {}, "libtorch-cpu-linux-x64/2.10.0": {} } }""";

        File.WriteAllText(beside, Fitting);
        Refused("the program brings a libtorch of its own");
        File.WriteAllText(beside, Fitting.Replace("0.107.0", "0.106.0", StringComparison.Ordinal));
        Refused("its libLibTorchSharp.so is of TorchSharp 0.106.0, and this program has 0.107.0.");
        File.WriteAllText(beside, Fitting.Replace("2.10.0", "2.9.1", StringComparison.Ordinal));
        Refused("it is libtorch 2.9.1, and this TorchSharp was built for 2.10 and tried with 2.11. Use a PyTorch 2.10 or 2.11");
    }

    [TestMethod]
    public void Libraries_of_TorchSharp_beside_a_libtorch_whose_program_is_not_there_are_refused()
    {
        Install("version.py", "__version__ = '2.10.0'");
        File.WriteAllText(Path.Combine(Lib, "libLibTorchSharp.so"), "");
        Refused("its libLibTorchSharp.so is of an unknown TorchSharp, and this program has 0.107.0.");
    }

    [TestMethod]
    public void A_program_without_libtorch_scores_with_that_of_another_one()
    {
        string zip = Path.Combine(_folder.Path, "model.zip"),
            images = Path.Combine(_folder.Path, "images");
        var mlContext = new MLContext(seed: 1);
        using (var model = MadeUpModel.Of(mlContext, Backbone.Parse("vgg-small"), new(32, 32)))
            mlContext.Model.Save(model, null, zip);
        File.WriteAllBytes(images, [.. MadeUpModel.Images(3, new(32, 32)).SelectMany(image => image)]);
        string[] words = ["score", zip, images, "32"];

        CollectionAssert.AreEqual(FreshProcess.Run(words), FreshProcess.RunIn(ProgramWithoutLibtorch(), Natives, words));
    }

    [TestMethod]
    public void A_program_says_which_libtorch_it_would_have_and_why_it_has_none()
    {
        string program = ProgramWithoutLibtorch();
        CollectionAssert.AreEqual(new[] { "2.10.0" }, FreshProcess.RunIn(program, Natives, "machine"));

        string[] none = FreshProcess.RunIn(program, libtorch: "", "machine");
        Assert.AreEqual("2.10.0", none[0], "which is wanted");
        // TorchSharp has its say before.
        StringAssert.StartsWith(none[^1], "libtorch could not be loaded. Add one package to the program that runs");
        StringAssert.EndsWith(none[^1], "doesn't contain a reference to libtorch-cpu-linux-x64, Version=2.10.0.0.");

        string[] nowhere = FreshProcess.RunIn(program, Lib, "machine");
        Assert.AreEqual("unknown", nowhere[0]);
        StringAssert.StartsWith(nowhere[1], $"PADAM_LIBTORCH is '{Lib}', which cannot be used: there is no such folder.");
    }

    private static string Natives => Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native");

    // As one that is built without a libtorch package: without a list of dependencies, .NET takes what lies beside the program.
    private string ProgramWithoutLibtorch()
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder.Path, "without")).FullName;
        string[] own = ["Padam.FreshProcess.dll", "Padam.FreshProcess.runtimeconfig.json"];
        foreach (string file in own)
            File.Copy(Path.Combine(AppContext.BaseDirectory, file), Path.Combine(folder, file));
        foreach (string name in Directory.GetFiles(AppContext.BaseDirectory, "*.dll").Select(file => Path.GetFileName(file)).Except(own))
            File.CreateSymbolicLink(Path.Combine(folder, name), Path.Combine(AppContext.BaseDirectory, name));
        return folder;
    }

    private void Install(string? versionFile, string text = "")
    {
        Directory.CreateDirectory(Lib);
        foreach (string file in new[] { "libc10.so", "libtorch_cpu.so", "libtorch.so" })
            File.WriteAllText(Path.Combine(Lib, file), "");
        if (versionFile is not null)
            File.WriteAllText(Path.Combine(Lib, "..", versionFile), text);
    }

    private void Refused(string reason) => StringAssert.Contains(OtherLibtorch.Fault(Lib), reason, StringComparison.Ordinal);
}
