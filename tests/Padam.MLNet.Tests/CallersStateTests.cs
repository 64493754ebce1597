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

/// <summary>
/// Nothing that the caller's process or thread has set changes what the library computes, and all of it is as it was afterwards.
/// </summary>
[TestClass]
[DoNotParallelize] // Defaults and generator are the process's.
public sealed class CallersStateTests
{
    private static readonly MLContext MlContext = new(seed: 1);
    private static readonly TemporaryFolder Folder = new();
    private static readonly Dictionary<string, byte[]> Usual = [];
    private static IDataView _images = null!;
    private static ImageClassificationTransformer _model = null!;

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

    [ClassInitialize]
    public static void Train(TestContext context)
    {
        (_images, _) = TinyImages.Load(MlContext, Folder["data"], train: 24, test: 1);
        NoisyNetwork.Register();
        LayersNetwork.Register();
        Backbone.Register("failing", _ => throw new TimeoutException());
        Backbone.Register("strange", classes => nn.Sequential(nn.Flatten(), nn.Linear(3 * 32 * 32, classes)));
        using (ImageClassificationTransformer strange = Fit("strange", _ => { }))
            MlContext.Model.Save(strange, _images.Schema, Folder["strange.zip"]);
        Backbone.Register("strange", _ => throw new TimeoutException());
        _model = Fit("vgg-small", _ => { });
        MlContext.Model.Save(_model, _images.Schema, Folder["model.zip"]);
        foreach ((string way, Func<byte[]> run) in Ways)
            Usual[way] = run();
    }

    [ClassCleanup]
    public static void Delete()
    {
        _model.Dispose();
        Folder.Dispose();
    }

    public static IEnumerable<object[]> StatesAndWays() => States(Ways.Keys);

    public static IEnumerable<object[]> StatesAndFailures() => States(Failures.Keys);

    [TestMethod]
    [DynamicData(nameof(StatesAndWays))]
    public void The_callers_state_changes_no_result_and_stays(string state, string way)
    {
        byte[] result;
        using (CallersState.All[state]())
        {
            // A network drawn from the caller's own numbers moves them; the way begins and ends with a seed of its own.
            string before = CallersState.Now();
            (result, int left) = ([], 0);
            left = CallersState.InScope(() => result = Ways[way]());
            Assert.AreEqual(before, CallersState.Now());
            Assert.AreEqual(0, left, "tensors left in the caller's dispose scope");
        }

        CollectionAssert.AreEqual(Usual[way], result);
    }

    [TestMethod]
    [DynamicData(nameof(StatesAndFailures))]
    public void The_callers_state_stays_after_an_exception_too(string state, string way)
    {
        using IDisposable callers = CallersState.All[state]();
        string before = CallersState.Now();

        int left = CallersState.InScope(() => Assert.Throws<Exception>(Failures[way]));

        Assert.AreEqual(before, CallersState.Now());
        Assert.AreEqual(0, left, "tensors left in the caller's dispose scope");
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Threads_are_those_of_the_caller_again_after_Fit(bool fails)
    {
        int before = get_num_threads(),
            inTraining = 0;
        Assert.AreNotEqual(3, before);

        void Fit() =>
            Trained(
                "vgg-small",
                options =>
                {
                    options.Threads = 3;
                    options.ProgressCallback = _ => inTraining = fails ? throw new TimeoutException() : get_num_threads();
                }
            );
        if (fails)
            Assert.ThrowsExactly<TimeoutException>(Fit);
        else
            Fit();

        Assert.AreEqual(before, get_num_threads());
        Assert.AreEqual(fails ? 0 : 3, inTraining);
    }

    [TestMethod]
    public void Callbacks_run_in_the_callers_state_and_keep_the_tensors_they_make()
    {
        List<Tensor> kept = [];
        List<bool> gradients = [];
        using (no_grad())
        {
            Trained(
                "vgg-small",
                options =>
                {
                    options.MetricsCallback = metrics => kept.Add(tensor(metrics.Loss));
                    options.ProgressCallback = _ =>
                    {
                        kept.Add(ones(1));
                        gradients.Add(is_grad_enabled());
                    };
                }
            );
        }

        Assert.IsNotEmpty(kept);
        Assert.IsTrue(kept.All(made => !made.IsInvalid));
        Assert.IsTrue(gradients.TrueForAll(enabled => !enabled));
        kept.ForEach(made => made.Dispose());
    }

    [TestMethod]
    public void A_model_outlives_the_dispose_scope_it_was_made_in()
    {
        ImageClassificationTransformer fitted,
            loaded;
        using (NewDisposeScope())
            (fitted, loaded) = (
                Fit("vgg-small", _ => { }),
                (ImageClassificationTransformer)MlContext.Model.Load(Folder["model.zip"], out _)
            );

        using (fitted)
        using (loaded)
            CollectionAssert.AreEqual(Scores(fitted), Scores(loaded));
    }

    // Native code reads tensors that TorchSharp keeps nothing alive of: a scope does.
    [TestMethod]
    [DataRow("Fit, a built-in network")]
    [DataRow("Fit, a registered network")]
    [DataRow("Fit, an optimizer of one's own")]
    [DataRow("Load and Transform")]
    [DataRow("Transform")]
    [DataRow("Save")]
    [DataRow("SaveWeights")]
    [DataRow("Verify")]
    public void Every_tensor_is_made_in_a_dispose_scope(string way)
    {
        LifetimeStatistics made = DisposeScopeManager.Statistics.TensorStatistics;
        (long inScope, long outside) = (made.CreatedInScopeCount, made.CreatedOutsideScopeCount);

        Ways[way]();

        Assert.IsGreaterThan(inScope, made.CreatedInScopeCount);
        Assert.AreEqual(outside, made.CreatedOutsideScopeCount);
    }

    [TestMethod]
    public void Two_trainings_with_dropout_side_by_side_give_what_each_gives_alone()
    {
        byte[] Noisy(int seed) => Trained("noisy", options => (options.Seed, options.Epochs) = (seed, 4));
        byte[][] alone = [Noisy(1), Noisy(2)];

        using var stop = new CancellationTokenSource();
        Task builder = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
                Backbone.Parse("noisy").Build(10).Dispose();
        });
        byte[][] together = Task.WhenAll(Task.Run(() => Noisy(1)), Task.Run(() => Noisy(2))).GetAwaiter().GetResult();
        stop.Cancel();
        builder.Wait();

        CollectionAssert.AreEqual(alone[0], together[0]);
        CollectionAssert.AreEqual(alone[1], together[1]);
    }

    private static IEnumerable<object[]> States(IEnumerable<string> ways) =>
        CallersState.All.Keys.SelectMany(_ => ways, (state, way) => new object[] { state, way });

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
    private static void AssertIsOrdinary(Tensor tensor)
    {
        using IDisposable mode = inference_mode(false),
            noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        tensor.zero_();
    }
}
