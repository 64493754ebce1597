using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML;
using Padam.MLNet.Backbones;
using Padam.MLNet.Optimizers;
using Padam.MLNet.Persistence;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Padam.MLNet.Tests;

public sealed partial class CallersStateTests
{
    // The ways into the library, each with all that comes out, as bytes.
    private static readonly Dictionary<string, Func<byte[]>> Ways = new()
    {
        ["Fit, a built-in network"] = () => Trained("vgg-small", _ => { }),
        ["Fit, a registered network"] = () => Trained("noisy", options => options.ValidationFraction = 0.25),
        ["Fit, an optimizer of one's own"] = () => Trained("noisy", options => options.Optimizer = TorchSharps()),
        ["Fit, in bfloat16"] = () => Trained(LayersNetwork.Name, options => options.Compute = new() { Precision = Precision.BFloat16 }),
        ["Load and Transform"] = LoadedScores,
        ["Transform"] = () => Scores(_model),
        ["Save"] = Saved,
        ["SaveWeights"] = () => [.. Written(WeightsFormat.Safetensors), .. Written(WeightsFormat.KerasHdf5)],
        ["Verify"] = () => Encoding.UTF8.GetBytes(ModelFile.Verify(Folder["model.zip"]).ToString()),
        ["Build, a built-in network"] = () => Built("wrn-10-1"),
        ["Build, a registered network"] = () => Built("noisy"),
        ["PadamOptimizer"] = Optimized,
        ["Safetensors"] = ReadBack,
    };

    // Ways that end in an exception.
    private static readonly Dictionary<string, Action> Failures = new()
    {
        ["Fit, a callback throws"] = () => Trained("noisy", options => options.ProgressCallback = _ => throw new TimeoutException()),
        ["Fit, TF32 on the CPU"] = () => Trained(LayersNetwork.Name, options => options.Compute = new() { Precision = Precision.TF32 }),
        ["Fit, cancelled"] = () => Trained("vgg-small", options => options.CancellationToken = new(canceled: true)),
        ["Fit, the network cannot be built"] = () => Trained("failing", _ => { }),
        ["Fit, the optimizer cannot be made"] = () =>
            Trained("noisy", options => options.Optimizer = new CustomOptimizerOptions(_ => throw new TimeoutException())),
        ["Fit, a loss that is no number"] = () => Trained("noisy", options => options.Optimizer = new SgdOptions { LearningRate = 1e38 }),
        ["Load, a model of an unknown network"] = () => MlContext.Model.Load(Folder["strange.zip"], out _),
        ["Verify, a model of an unknown network"] = () => ModelFile.Verify(Folder["strange.zip"]),
        ["Build, a network that fails"] = () => Backbone.Parse("failing").Build(10),
        ["PadamOptimizer, a parameter twice"] = () =>
        {
            using var parameter = new Parameter(zeros(1, ScalarType.Float32, CPU));
            new PadamOptimizer([parameter, parameter]).Dispose();
        },
        ["Safetensors, a file that is none"] = () => Safetensors.Read(Folder["model.zip"]),
    };

    private static ImageClassificationTransformer Fit(string backbone, Action<ImageClassificationOptions> change)
    {
        ImageClassificationOptions options = TinyImages.Options(epochs: 1);
        (options.Backbone, options.BatchSize) = (Backbone.Parse(backbone), 8);
        change(options);
        return MlContext.Padam().ImageClassifier(options).Fit(_images);
    }

    private static byte[] Trained(string backbone, Action<ImageClassificationOptions> change)
    {
        double? validation = null;
        using ImageClassificationTransformer model = Fit(
            backbone,
            options =>
            {
                options.MetricsCallback = metrics => validation = metrics.ValidationLoss;
                change(options);
            }
        );
        return [.. Encoding.UTF8.GetBytes(TinyImages.Hash(model)), .. BitConverter.GetBytes(validation ?? 0)];
    }

    private static CustomOptimizerOptions TorchSharps() => new(named => optim.Adam(named.Select(entry => entry.Item2), lr: 0.001));

    private static byte[] Scores(ITransformer model) =>
        [.. TinyImages.Scores(MlContext, model, _images).SelectMany(row => MemoryMarshal.AsBytes(row.AsSpan()).ToArray())];

    private static byte[] LoadedScores()
    {
        ITransformer loaded = MlContext.Model.Load(Folder["model.zip"], out _);
        using ((IDisposable)loaded)
            return Scores(loaded);
    }

    // Of a zip, which holds its time, what is the model's.
    private static byte[] Saved()
    {
        MlContext.Model.Save(_model, _images.Schema, Folder["saved.zip"]);
        using System.IO.Compression.ZipArchive zip = System.IO.Compression.ZipFile.OpenRead(Folder["saved.zip"]);
        return
        [
            .. zip
                .Entries.OrderBy(entry => entry.FullName, StringComparer.Ordinal)
                .SelectMany(entry => Encoding.UTF8.GetBytes($"{entry.FullName} {entry.Crc32:X8} {entry.Length};")),
        ];
    }

    private static byte[] Written(WeightsFormat format)
    {
        _model.SaveWeights(Folder["weights"], format);
        return File.ReadAllBytes(Folder["weights"]);
    }

    // Drawn from the caller's generator, by contract: seeded, and put back.
    private static byte[] Built(string name)
    {
        using Generator generator = Generator.Default;
        using Tensor before = generator.get_state();
        generator.manual_seed(5);
        using nn.Module<Tensor, Tensor> network = Backbone.Parse(name).Build(10);
        generator.set_state(before);
        Assert.IsTrue(network.training);
        Assert.IsTrue(network.parameters().All(parameter => parameter.requires_grad));
        byte[] numbers = [.. network.parameters().Concat(network.buffers()).SelectMany(each => each.bytes.ToArray())];
        foreach (Tensor each in network.parameters().Concat(network.buffers()))
            AssertIsOrdinary(each);
        return numbers;
    }

    private static byte[] Optimized()
    {
        using DisposeScope scope = NewDisposeScope();
        var parameter = new Parameter(tensor(new float[] { 1, -2, 3 }, ScalarType.Float32, CPU));
        using var optimizer = new PadamOptimizer([parameter], partial: 0.125, weight_decay: 0.01);
        parameter.grad = tensor(new float[] { 0.1f, 0.2f, -0.3f }, ScalarType.Float32, CPU);
        optimizer.step();
        optimizer.step();
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
            optimizer.save_state_dict(writer);
        stream.Position = 0;
        using (var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true))
            optimizer.load_state_dict(reader);
        optimizer.step();
        return [.. parameter.bytes, .. stream.ToArray()];
    }

    private static byte[] ReadBack()
    {
        using (DisposeScope scope = NewDisposeScope())
            Safetensors.Write(Folder["tensors"], [("a", tensor(new float[] { 1, 2 }, ScalarType.Float32, CPU))]);
        Tensor read = Safetensors.Read(Folder["tensors"]).Single().Tensor;
        using (read)
        {
            byte[] numbers = [.. File.ReadAllBytes(Folder["tensors"]), .. read.bytes];
            AssertIsOrdinary(read);
            return numbers;
        }
    }

    // libtorch refuses to overwrite what was made in inference mode, and to train it.
}
